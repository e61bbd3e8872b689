#include "cli/transfer/verified_files.h"

#include <utility>

#include "storage/base/json.h"

namespace banyan::cli {
namespace {

constexpr std::uint64_t kMaxBytes = 256u << 20;

}  // namespace

VerifiedFiles::VerifiedFiles(FileSystem& fs, std::string folder, std::string kept_in)
    : fs_(fs), folder_(std::move(folder)), kept_in_(std::move(kept_in)) {
  Load();
}

void VerifiedFiles::Load() {
  const auto content = ReadFile(fs_, kept_in_, kMaxBytes);
  const auto json =
      content ? ParseJson(AsText(*content), {kMaxBytes, 8}) : Result<Json>(content.error());
  if (!json || !json->is_object()) return;
  MutexLock lock(mutex_);
  for (const auto& [path, value] : json->items()) {
    const auto size = FindInt(value, "size");
    const auto modified = FindInt(value, "modified");
    const auto sha256 = Sha256::Parse(FindString(value, "sha256").value_or(""));
    if (size && modified && sha256) {
      seen_[path] = {static_cast<std::uint64_t>(*size), *modified, *sha256};
    }
  }
}

Result<Sha256> VerifiedFiles::Hash(const std::string& path, const Occupant& there) {
  {
    MutexLock lock(mutex_);
    const auto seen = seen_.find(path);
    if (seen != seen_.end() && seen->second.IsStill(there)) return seen->second.content;
  }
  const Sha256 content = TRY(HashFileContent(fs_, folder_ + "/" + path));
  Remember(path, content);
  return content;
}

void VerifiedFiles::Remember(const std::string& path, const Sha256& content) {
  const auto stat = fs_.Stat(folder_ + "/" + path);
  if (!stat) return;
  MutexLock lock(mutex_);
  seen_[path] = {stat->size_bytes, stat->modified_ms, content};
}

bool VerifiedFiles::Knows(const std::string& path) {
  MutexLock lock(mutex_);
  return seen_.count(path) > 0;
}

std::map<std::string, Sha256> VerifiedFiles::Unchanged() {
  std::map<std::string, Sha256> unchanged;
  MutexLock lock(mutex_);
  for (const auto& [path, seen] : seen_) {
    const auto there = FindOccupant(folder_ + "/" + path);
    if (there && seen.IsStill(*there)) unchanged.emplace(path, seen.content);
  }
  return unchanged;
}

Status VerifiedFiles::Save() {
  Json json = Json::object();
  for (const auto& [path, content] : Unchanged()) {
    MutexLock lock(mutex_);
    const Seen& seen = seen_[path];
    json[path] = {
        {"size", seen.size_bytes}, {"modified", seen.modified_ms}, {"sha256", content.ToString()}};
  }
  return WriteFileDurably(fs_, kept_in_, AsBytes(DumpJson(json)));
}

}  // namespace banyan::cli
