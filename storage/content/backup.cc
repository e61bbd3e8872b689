#include "storage/content/backup.h"

#include "storage/base/copy_file.h"
#include "storage/base/logging.h"
#include "storage/content/backup_directory.h"

namespace banyan::storage {
namespace {

constexpr std::uint64_t kMinSealedBytes = 4u << 20;  // a sixteenth of a full pack

class BackupRun {
 public:
  BackupRun(LocalContentStore& store, const BackupOptions& options)
      : core_(store.core()), options_(options), target_(core_.fs, options.target) {}

  // The catalog first: packs only grow while collection waits, so what it names is in the packs
  // that are copied after it.
  Status Run() {
    TRY(core_.fs.CreateDirectories(options_.target));
    const auto before = TRY(target_.CompleteSet());
    TRY(target_.RequireNothingElse());
    TRY(target_.RemoveSetsBut(before));
    const std::uint64_t set = before.value_or(0) + 1;
    const std::string set_path = target_.SetPath(set);
    TRY(core_.fs.CreateDirectories(set_path + "/open"));
    SealWhatIsWorthIt();
    TRY(core_.database.BackupTo(set_path + "/catalog.db"));
    report.bytes_copied += TRY(core_.fs.Stat(set_path + "/catalog.db")).size_bytes;
    TRY(CopyOpenPacks(set_path + "/open"));
    TRY(CopySealedPacks(set_path + "/open"));
    for (const std::string& name : options_.extra_files) {
      report.bytes_copied += TRY(Copy(core_.directory + "/" + name, set_path + "/" + name));
    }
    TRY(target_.SyncNames(packs_));
    TRY(target_.Complete(set, packs_, core_.clock.NowMs()));
    return target_.RemoveOthers(set, packs_);
  }
  BackupReport report;

 private:
  Result<std::uint64_t> Copy(const std::string& from, const std::string& to) {
    return CopyFileDurably(core_.fs, from, to, [this](ByteView) -> Status {
      if (options_.cancelled == nullptr || !options_.cancelled->load()) return Ok();
      return Error(Errc::Cancelled, "backup: ended");
    });
  }
  static std::string NameIn(const std::string& directory, const std::string& path) {
    return directory + path.substr(path.rfind('/'));
  }

  // An open pack grows and is copied whole each time, a sealed one once. Small ones stay open: each
  // backup would leave one more of them.
  void SealWhatIsWorthIt() {
    const Status sealed =
        core_.packs->SealIdle([](Pack& pack) { return pack.payload_bytes() >= kMinSealedBytes; });
    if (!sealed) log::Warning("storage", "not sealed error=\"{}\"", sealed.error().message());
  }

  // Records before payloads: those that the catalog's copy names were durable before it was made. A
  // later one may lack its bytes, and is dropped when the copy is opened.
  Status CopyOpenPacks(const std::string& to) {
    for (const PackId id : core_.packs->OpenIds()) {
      const PackPaths from = PathsOf(core_.packs->directory(), id);
      auto table = Copy(from.table, NameIn(to, from.table));
      auto data = table ? Copy(from.data, NameIn(to, from.data)) : std::move(table);
      if (!data && data.error().code() == Errc::NotFound) continue;  // sealed meanwhile
      report.bytes_copied += TRY(std::move(data));
    }
    return Ok();
  }

  Status CopySealedPacks(const std::string& open) {
    for (const PackId id : core_.packs->SealedIds()) {
      const PackPaths from = PathsOf(core_.packs->directory(), id);
      // It may have been copied open a moment ago; the sealed file replaces that copy.
      TRY(RemoveIfThere(core_.fs, NameIn(open, from.table)));
      TRY(RemoveIfThere(core_.fs, NameIn(open, from.data)));
      const std::string name =
          TRY(BackupDirectory::PackName(core_.fs, core_.packs->directory(), id));
      packs_.push_back(name);
      const std::string to = options_.target + "/" + name;
      const auto there = core_.fs.Stat(to);
      if (there && there->size_bytes == TRY(core_.fs.Stat(from.sealed)).size_bytes) {
        ++report.packs_kept;
        continue;
      }
      report.bytes_copied += TRY(Copy(from.sealed, to));
      ++report.packs_copied;
    }
    return Ok();
  }

  ContentCore& core_;
  const BackupOptions& options_;
  BackupDirectory target_;
  std::vector<std::string> packs_;
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

Status Restore(FileSystem& fs, const std::string& source, const std::string& target,
               const std::string& vfs) {
  const BackupDirectory backup(fs, source);
  const auto set = TRY(backup.CompleteSet());
  if (!set) {
    return Error(Errc::Invalid,
                 source + ": holds no complete backup (no backup.json): run the backup again");
  }
  if (const auto there = fs.List(target); there && !there->empty()) {
    return Error(Errc::Conflict, target + ": not empty; restore only into a new directory");
  }
  const std::string set_path = backup.SetPath(*set);
  for (const std::string& name : TRY(backup.Packs(*set))) {
    const std::string sealed = TRY(BackupDirectory::SealedName(name));
    TRY(CopyFileDurably(fs, source + "/" + name, target + "/packs/" + sealed));
  }
  for (const std::string& name : TRY(ListFilesBelow(fs, set_path))) {
    if (name == "catalog.db" || name == "packs.list") continue;
    const bool is_pack = name.rfind("open/", 0) == 0;
    TRY(CopyFileDurably(fs, set_path + "/" + name, target + (is_pack ? "/packs/" : "/") + name));
  }
  TRY(CopyFileDurably(fs, set_path + "/catalog.db", target + "/catalog.db"));
  auto catalog = TRY(Connection::Open({target + "/catalog.db", vfs, /*writable=*/true}));
  auto rows = catalog->Query("PRAGMA integrity_check");
  if (!rows.Next() || rows.Text(0) != "ok") {
    return Error(Errc::Corrupt, target + ": the restored catalog fails its integrity check");
  }
  return rows.status();
}

}  // namespace banyan::storage
