#include "storage/content/backup.h"

#include <algorithm>

#include "storage/base/json.h"
#include "storage/base/logging.h"

namespace banyan::storage {
namespace {

constexpr std::size_t kCopyBytes = 4u << 20;
constexpr std::string_view kMarker = "/backup.json";

// Durable under its final name only when complete.
Result<std::uint64_t> CopyFile(FileSystem& fs, const std::string& from, const std::string& to,
                               const std::atomic<bool>* cancelled = nullptr) {
  auto source = TRY(fs.Open(from, OpenMode::Read));
  TRY(fs.CreateDirectories(ParentDirectory(to)));
  auto copy = TRY(fs.Open(to + ".tmp", OpenMode::Create));
  TRY(copy->Truncate(0));
  Bytes buffer(kCopyBytes);
  std::uint64_t done = 0;
  for (;;) {
    if (cancelled != nullptr && cancelled->load()) return Error(Errc::Cancelled, "backup: ended");
    const std::size_t got = TRY(source->ReadAt(done, buffer));
    if (got == 0) break;
    TRY(copy->WriteAt(done, ByteView(buffer).first(got)));
    done += got;
  }
  TRY(copy->Sync());
  TRY(fs.Rename(to + ".tmp", to));
  TRY(fs.SyncDirectory(ParentDirectory(to)));
  return done;
}

Status RemoveIfThere(FileSystem& fs, const std::string& path) {
  const Status removed = fs.Remove(path);
  return removed || removed.error().code() == Errc::NotFound ? Ok() : removed;
}

// Every regular file below `directory`, as paths relative to it.
Status ListFiles(FileSystem& fs, const std::string& directory, const std::string& prefix,
                 std::vector<std::string>& out) {
  for (const std::string& name : TRY(fs.List(directory))) {
    const std::string path = directory + "/" + name;
    if (TRY(fs.Stat(path)).is_directory) {
      TRY(ListFiles(fs, path, prefix + name + "/", out));
    } else {
      out.push_back(prefix + name);
    }
  }
  return Ok();
}

class BackupRun {
 public:
  BackupRun(LocalContentStore& store, const BackupOptions& options)
      : core_(store.core()), options_(options) {}

  // The catalog first: packs only grow while collection waits, so what it names is in the packs
  // that are copied after it.
  Status Run() {
    TRY(core_.fs.CreateDirectories(options_.target));
    TRY(RemoveIfThere(core_.fs, options_.target + std::string(kMarker)));
    for (const char* suffix : {".new", ".new-wal", ".new-shm"}) {
      TRY(RemoveIfThere(core_.fs, options_.target + "/catalog.db" + suffix));
    }
    TRY(core_.database.BackupTo(options_.target + "/catalog.db.new"));
    TRY(CopyPacks());
    for (const std::string& name : options_.extra_files) {
      report.bytes_copied += TRY(Copy(core_.directory + "/" + name, options_.target + "/" + name));
    }
    TRY(core_.fs.Rename(options_.target + "/catalog.db.new", options_.target + "/catalog.db"));
    TRY(RemoveGone());
    const Json marker = {
        {"format", "banyan-backup"}, {"version", 0}, {"time", ToIsoTime(core_.clock.NowMs())}};
    return WriteFileDurably(core_.fs, options_.target + std::string(kMarker),
                            AsBytes(DumpJson(marker, 2)));
  }
  BackupReport report;

 private:
  Result<std::uint64_t> Copy(const std::string& from, const std::string& to) {
    return CopyFile(core_.fs, from, to, options_.cancelled);
  }

  Status CopyPacks() {
    const std::string packs = options_.target + "/packs";
    // Open packs: records before payloads, so that the copy holds the payload of every record.
    for (const PackId id : core_.packs->OpenIds()) {
      const PackPaths from = PathsOf(core_.packs->directory(), id);
      const PackPaths to = PathsOf(packs, id);
      auto table = Copy(from.table, to.table);
      auto data = table ? Copy(from.data, to.data) : std::move(table);
      if (!data && data.error().code() == Errc::NotFound) continue;  // sealed meanwhile
      report.bytes_copied += TRY(std::move(data));
      kept_.push_back(to.table);
      kept_.push_back(to.data);
    }
    for (const PackId id : core_.packs->SealedIds()) {
      const std::string from = PathsOf(core_.packs->directory(), id).sealed;
      const std::string to = PathsOf(packs, id).sealed;
      kept_.push_back(to);
      // It may have been copied open a moment ago; the sealed file replaces that copy.
      TRY(RemoveIfThere(core_.fs, PathsOf(packs, id).table));
      TRY(RemoveIfThere(core_.fs, PathsOf(packs, id).data));
      const auto there = core_.fs.Stat(to);
      if (there && there->size_bytes == TRY(core_.fs.Stat(from)).size_bytes) {
        ++report.packs_kept;
        continue;
      }
      report.bytes_copied += TRY(Copy(from, to));
      ++report.packs_copied;
    }
    return Ok();
  }

  Status RemoveGone() {
    std::vector<std::string> files;
    const std::string packs = options_.target + "/packs";
    if (!core_.fs.Stat(packs)) return Ok();
    TRY(ListFiles(core_.fs, packs, packs + "/", files));
    std::sort(kept_.begin(), kept_.end());
    for (const std::string& path : files) {
      if (!std::binary_search(kept_.begin(), kept_.end(), path)) TRY(core_.fs.Remove(path));
    }
    return Ok();
  }

  ContentCore& core_;
  const BackupOptions& options_;
  std::vector<std::string> kept_;
};

}  // namespace

Result<BackupReport> Backup(LocalContentStore& store, const BackupOptions& options) {
  MutexLock lock(store.core().upkeep_mutex);
  TRY(store.Sync());
  BackupRun run(store, options);
  TRY(run.Run());
  log::Info("storage", "backed up packs_copied={} packs_kept={} bytes={}", run.report.packs_copied,
            run.report.packs_kept, run.report.bytes_copied);
  return run.report;
}

Status Restore(FileSystem& fs, const std::string& source, const std::string& target) {
  const auto marker = ReadFile(fs, source + std::string(kMarker), 4096);
  const auto json = marker ? ParseJson(AsText(*marker)) : Result<Json>(marker.error());
  if (!json || FindString(*json, "format") != "banyan-backup" || FindInt(*json, "version") != 0) {
    return Error(Errc::Invalid, source +
                                    ": not a complete backup (backup.json is missing or of "
                                    "another version): run the backup again");
  }
  if (const auto there = fs.List(target); there && !there->empty()) {
    return Error(Errc::Conflict, target + ": not empty; restore only into a new directory");
  }
  std::vector<std::string> files;
  TRY(ListFiles(fs, source, "", files));
  for (const std::string& name : files) {
    if ("/" + name != kMarker) TRY(CopyFile(fs, source + "/" + name, target + "/" + name));
  }
  auto catalog = TRY(Connection::Open({target + "/catalog.db", "", /*writable=*/true}));
  auto rows = catalog->Query("PRAGMA integrity_check");
  if (!rows.Next() || rows.Text(0) != "ok") {
    return Error(Errc::Corrupt, target + ": the restored catalog fails its integrity check");
  }
  return rows.status();
}

}  // namespace banyan::storage
