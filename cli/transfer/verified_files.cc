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
    const auto modified = FindInt(value, "modified_ns");
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
  const std::string whole_path = folder_ + "/" + path;
  const auto settled = FindSettled(whole_path);
  const Sha256 content = TRY(HashFileContent(fs_, whole_path));
  Remember(path, settled, content);
  return content;
}

// The present: what is changed from now on has this time or a later one.
Result<std::int64_t> VerifiedFiles::AskClockOfFiles() const {
  const std::string trial = kept_in_ + ".now";
  TRY(TRY(fs_.Open(trial, OpenMode::Create))->WriteAt(0, AsBytes("now")));
  const auto there = TRY(FindOccupant(trial));
  TRY(fs_.Remove(trial));
  return there.modified_ns;
}

std::optional<Occupant> VerifiedFiles::FindSettled(const std::string& whole_path) {
  const auto there = FindOccupant(whole_path);
  if (!there || there->kind != Occupant::Kind::File) return std::nullopt;
  MutexLock lock(mutex_);
  if (there->modified_ns >= past_before_ns_) {
    past_before_ns_ = AskClockOfFiles().value_or(past_before_ns_);
  }
  if (there->modified_ns >= past_before_ns_) return std::nullopt;
  return *there;
}

void VerifiedFiles::Remember(const std::string& path, const std::optional<Occupant>& settled,
                             const Sha256& content) {
  const auto there = FindOccupant(folder_ + "/" + path);
  MutexLock lock(mutex_);
  if (settled && there && *there == *settled) {
    seen_[path] = {settled->size_bytes, settled->modified_ns, content};
  } else {
    seen_.erase(path);
  }
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
    json[path] = {{"size", seen.size_bytes},
                  {"modified_ns", seen.modified_ns},
                  {"sha256", content.ToString()}};
  }
  return WriteFileDurably(fs_, kept_in_, AsBytes(DumpJson(json)));
}

}  // namespace banyan::cli
