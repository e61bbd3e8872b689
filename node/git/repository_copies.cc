#include "node/git/repository_copies.h"

#include <algorithm>

namespace banyan::node {
namespace {

// More packs make every look-up slower: then one pack of everything is made.
constexpr std::size_t kMaxPacks = 20;

}  // namespace

Status RepositoryCopies::Clear() {
  const auto removed = RemoveTree(fs_, options_.directory);
  if (!removed && removed.error().code() != Errc::NotFound) return removed.error();
  return fs_.CreateDirectories(options_.directory);
}

std::string RepositoryCopies::NewPath(const std::string& what) {
  return options_.directory + "/" + what + "-" + std::to_string(made_++);
}

// The entry's copy, or a new one instead of `worn`.
std::shared_ptr<RepositoryCopy> RepositoryCopies::Take(std::int64_t repository,
                                                       const RepositoryCopy* worn) {
  const MutexLock lock(mutex_);
  Entry& entry = entries_[repository];
  if (!entry.copy || entry.copy.get() == worn) {
    entry.copy = std::make_shared<RepositoryCopy>(fs_, NewPath(std::to_string(repository)),
                                                  repository, options_.min_free_bytes);
  }
  entry.used = ++uses_;
  return entry.copy;
}

Result<RepositoryCopies::Open> RepositoryCopies::Find(std::int64_t repository) {
  auto copy = Take(repository, nullptr);
  auto lease = TRY(database_.Read());
  const bool may_be_whole = TRY(copy->FoundSince(*lease)).has_value();
  if (may_be_whole || copy->pack_count() >= kMaxPacks) copy = Take(repository, copy.get());
  Open open{copy, {}};
  open.updated = TRY(copy->Update(database_, content_));
  Trim(repository);
  return open;
}

void RepositoryCopies::Trim(std::int64_t except) {
  std::vector<std::shared_ptr<RepositoryCopy>> dropped;  // removed without the lock
  const MutexLock lock(mutex_);
  std::uint64_t sum = 0;
  for (const auto& [repository, entry] : entries_) sum += entry.copy->size_bytes();
  while (sum > options_.max_bytes && entries_.size() > 1) {
    const auto oldest =
        std::min_element(entries_.begin(), entries_.end(), [&](const auto& a, const auto& b) {
          const auto rank = [&](const auto& e) {
            return std::pair(e.first == except, e.second.used);
          };
          return rank(a) < rank(b);
        });
    sum -= std::min(sum, oldest->second.copy->size_bytes());
    dropped.push_back(std::move(oldest->second.copy));
    entries_.erase(oldest);
  }
}

Result<std::shared_ptr<RepositoryCopy>> RepositoryCopies::MakeQuarantine(const Open& open) {
  std::string directory;
  {
    const MutexLock lock(mutex_);
    directory = NewPath("push");
  }
  auto made = std::make_shared<RepositoryCopy>(fs_, directory, 0, options_.min_free_bytes);
  TRY(MakeBareRepository(fs_, directory));
  TRY(WriteRefs(fs_, directory, open.updated.refs));
  TRY(fs_.CreateDirectories(directory + "/objects/info"));
  const auto file = TRY(fs_.Open(directory + "/objects/info/alternates", OpenMode::CreateNew));
  const auto& other = open.copy->directory();  // beside it
  const std::string from = "../.." + other.substr(other.rfind('/')) + "/objects\n";
  TRY(file->WriteAt(0, AsBytes(from)));
  return made;
}

std::string RepositoryCopies::NewFile() {
  const MutexLock lock(mutex_);
  return NewPath("file");
}

void RepositoryCopies::Forget() {
  std::map<std::int64_t, Entry> dropped;
  const MutexLock lock(mutex_);
  dropped.swap(entries_);
}

}  // namespace banyan::node
