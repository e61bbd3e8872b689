#include "cli/transfer/push_scan.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string_view>

#include "cli/transfer/first_few.h"
#include "federation/transfer/parallel.h"
#include "storage/base/glob.h"
#include "storage/base/repository_name.h"
#include "storage/content/chunker.h"

namespace banyan::cli {
namespace {

constexpr std::size_t kReadBytes = 4u << 20;
constexpr std::uint64_t kMaxMemoryBytes = 256u << 20;
constexpr std::int64_t kClockStepMs = 2000;  // the longest that file systems have

// As the file was before it was read.
std::string KeyOf(const LocalFile& file, const FileStamp& stamp) {
  return std::to_string(stamp.size_bytes) + " " + std::to_string(stamp.modified_ns) + " " +
         std::to_string(stamp.changed_ns) + " " + file.path;
}

bool IsPast(const FileStamp& stamp, std::int64_t now_ms) {
  const auto changed_ms = std::max(stamp.modified_ns, stamp.changed_ns) / 1'000'000;
  return changed_ms + kClockStepMs < now_ms;
}

// One offer of all remembered files, behind their keys.
class ScanMemory {
 public:
  void Load(FileSystem& fs, const std::string& path);
  // Of the files those that have a key.
  static Status Save(FileSystem& fs, const std::string& path, const std::vector<ScannedFile>& files,
                     const std::vector<std::string>& keys);
  std::optional<storage::OfferedFile> Find(const std::string& key) const {
    const auto found = files_.find(key);
    if (found == files_.end()) return std::nullopt;
    return found->second;
  }

 private:
  std::map<std::string, storage::OfferedFile> files_;
};

// Format: count u32; per file: key length u32, key; then an offer with as many files; SHA-256. The
// keys of versions before had fewer times, and are those of no file.
void ScanMemory::Load(FileSystem& fs, const std::string& path) {
  const auto content = ReadFile(fs, path, kMaxMemoryBytes);
  if (!content || content->size() < Sha256::kSize) return;
  const ByteView body = ByteView(*content).first(content->size() - Sha256::kSize);
  const ByteView sum = ByteView(*content).last(Sha256::kSize);
  if (HashSha256(body) != Sha256::FromRaw(sum)) return;  // only a saving
  ByteReader in(body);
  std::vector<std::string> keys;
  const auto count = in.Le<std::uint32_t>();
  for (std::uint32_t i = 0; i < count && in.ok(); ++i) {
    keys.emplace_back(AsText(in.Raw(in.Le<std::uint32_t>())));
  }
  auto offers = storage::ParseOffer(in.Raw(in.remaining()));
  if (!offers || offers->size() != keys.size()) return;
  for (std::size_t i = 0; i < keys.size(); ++i) files_[keys[i]] = std::move((*offers)[i]);
}

Status ScanMemory::Save(FileSystem& fs, const std::string& path,
                        const std::vector<ScannedFile>& files,
                        const std::vector<std::string>& keys) {
  ByteWriter out;
  std::vector<storage::OfferedFile> offers;
  std::vector<std::string_view> kept;
  std::size_t chunks = 0;
  for (std::size_t i = 0; i < files.size(); ++i) {
    if (keys[i].empty()) continue;
    chunks += files[i].offer.chunks.size();
    if (chunks > storage::kMaxOfferChunks || offers.size() == storage::kMaxOfferFiles) break;
    offers.push_back(files[i].offer);
    kept.push_back(keys[i]);
  }
  out.Le(static_cast<std::uint32_t>(offers.size()));
  for (const auto key : kept) {
    out.Le(static_cast<std::uint32_t>(key.size()));
    out.Raw(AsBytes(key));
  }
  out.Raw(storage::EncodeOffer(offers));
  out.Raw(HashSha256(out.bytes()).bytes());
  TRY(fs.CreateDirectories(ParentDirectory(path)));
  return WriteFileDurably(fs, path, out.bytes());
}

Result<std::vector<ScannedFile>> ListWanted(FileSystem& fs, const ScanRequest& request) {
  std::vector<ScannedFile> files;
  std::map<std::string, std::string> folded;
  std::vector<std::string> refusals;  // all of them at once: the reader has files to rename
  const auto left_out = [&](const std::string& relative, std::string_view what) {
    if (request.on_left_out && request.filter.Wants(relative)) request.on_left_out(relative, what);
  };
  for (LocalFile& file : TRY(ListLocalFiles(fs, request.folder, left_out))) {
    if (!request.filter.Wants(file.relative)) continue;
    const std::string name = "\"" + file.relative + "\"";
    const Status valid = storage::ValidatePath(file.relative);
    if (!valid) refusals.push_back(name + ": " + valid.error().message());
    if (file.leads_outside && !request.follow_links) {
      refusals.push_back(name +
                         " is a link to something outside the folder: leave it out with "
                         "--exclude, or allow it with --follow-links");
    }
    const auto [at, is_new] = folded.emplace(storage::FoldPath(file.relative), file.relative);
    if (!is_new) {
      refusals.push_back(name + " and \"" + at->second +
                         "\" differ only in case or form: rename one of them");
    }
    files.push_back({std::move(file), {}});
  }
  if (!refusals.empty()) return Error(Errc::Invalid, FirstFew(refusals, "; "));
  return files;
}

}  // namespace

Result<storage::OfferedFile> ScanFile(FileSystem& fs, const std::string& path,
                                      const std::atomic<bool>& cancelled,
                                      std::atomic<std::uint64_t>& hashed_bytes) {
  auto file = TRY(fs.Open(path, OpenMode::Read));
  storage::OfferedFile out;
  Sha256Hasher hasher;
  storage::Chunker chunker([&](ByteView chunk) {
    out.chunks.push_back({storage::HashChunk(chunk), static_cast<std::uint32_t>(chunk.size())});
    return Ok();
  });
  Bytes buffer(kReadBytes);
  for (;;) {
    if (cancelled) return Error(Errc::Cancelled, "interrupted");
    const std::size_t got = TRY(file->ReadAt(out.size_bytes, buffer));
    if (got == 0) break;
    const ByteView piece = ByteView(buffer).first(got);
    hasher.Update(piece);
    TRY(chunker.Feed(piece));
    out.size_bytes += got;
    hashed_bytes += got;
  }
  TRY(chunker.Finish());
  out.sha256 = hasher.Finish();
  return out;
}

Result<std::vector<ScannedFile>> ScanFolder(FileSystem& fs, const ScanRequest& request,
                                            const std::atomic<bool>& cancelled,
                                            std::atomic<std::uint64_t>& hashed_bytes) {
  auto files = TRY(ListWanted(fs, request));
  ScanMemory memory;
  if (!request.memory_path.empty()) memory.Load(fs, request.memory_path);
  std::vector<std::string> keys(files.size());  // of what is to be remembered
  TRY(federation::ForEachInParallel(files.size(), request.threads, [&](std::size_t i) -> Status {
    const LocalFile& local = files[i].local;
    const auto stamp = TRY(ReadStamp(local.path));
    std::string key = KeyOf(local, stamp);
    if (auto known = memory.Find(key)) {
      files[i].offer = *std::move(known);
      hashed_bytes += files[i].offer.size_bytes;
    } else {
      files[i].offer = TRY(ScanFile(fs, local.path, cancelled, hashed_bytes));
      if (!IsPast(stamp, request.now_ms) || TRY(ReadStamp(local.path)) != stamp) return Ok();
    }
    keys[i] = std::move(key);
    return Ok();
  }));
  if (!request.memory_path.empty()) {
    TRY(ScanMemory::Save(fs, request.memory_path, files, keys));
  }
  return files;
}

}  // namespace banyan::cli
