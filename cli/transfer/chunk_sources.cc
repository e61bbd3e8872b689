#include "cli/transfer/chunk_sources.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <string_view>
#include <tuple>

#include "cli/transfer/pull_target.h"

namespace banyan::cli {
namespace {

constexpr std::size_t kNewestMax = 2;
constexpr std::uint64_t kLargerMax = 4;  // times the size of what is wanted

std::string_view NameOf(std::string_view path) { return path.substr(path.rfind('/') + 1); }

// "safetensors"; empty without a point.
std::string_view EndingOf(std::string_view path) {
  const auto name = NameOf(path);
  const auto point = name.rfind('.');
  return point == name.npos ? "" : name.substr(point + 1);
}

class Chooser {
 public:
  // The newest first.
  explicit Chooser(const std::vector<ChunkSource>& sources) {
    for (const ChunkSource& source : sources) {
      by_path_[source.path].push_back(&source);
      by_name_[NameOf(source.path)].push_back(&source);
      by_ending_[EndingOf(source.path)].emplace(source.size_bytes, &source);
    }
  }

  void Choose(const PullFile& wanted) {
    const auto size_bytes = wanted.entry.size_bytes;
    if (TakeNewest(by_path_, wanted.path, UINT64_MAX) > 0) return;
    if (TakeNewest(by_name_, NameOf(wanted.path), size_bytes * kLargerMax) > 0) return;
    TakeNearest(EndingOf(wanted.path), size_bytes);
  }
  const std::set<std::string>& chosen() const { return chosen_; }

 private:
  using Shelf = std::map<std::string_view, std::vector<const ChunkSource*>>;
  std::size_t TakeNewest(const Shelf& shelf, std::string_view label, std::uint64_t size_max_bytes);
  void TakeNearest(std::string_view ending, std::uint64_t size_bytes);

  Shelf by_path_;
  Shelf by_name_;
  std::map<std::string_view, std::multimap<std::uint64_t, const ChunkSource*>> by_ending_;
  std::set<std::string> chosen_;
};

// How many there were.
std::size_t Chooser::TakeNewest(const Shelf& shelf, std::string_view label,
                                std::uint64_t size_max_bytes) {
  const auto found = shelf.find(label);
  if (found == shelf.end()) return 0;
  std::set<std::string_view> taken;
  for (const ChunkSource* source : found->second) {
    if (taken.size() == kNewestMax) break;
    if (source->size_bytes <= size_max_bytes) taken.insert(source->file);
  }
  chosen_.insert(taken.begin(), taken.end());
  return taken.size();
}

void Chooser::TakeNearest(std::string_view ending, std::uint64_t size_bytes) {
  const auto found = by_ending_.find(ending);
  if (found == by_ending_.end()) return;
  const auto& by_size = found->second;
  const auto distance = [&](const auto& at) {
    return std::max(at->first, size_bytes) - std::min(at->first, size_bytes);
  };
  auto nearest = by_size.lower_bound(size_bytes);
  if (nearest == by_size.end()) --nearest;
  if (nearest != by_size.begin() && distance(std::prev(nearest)) < distance(nearest)) --nearest;
  const auto size = nearest->first;
  if (size >= size_bytes / 2 && size / 2 <= size_bytes) chosen_.insert(nearest->second->file);
}

}  // namespace

std::vector<std::string> ChooseSources(const std::vector<PullFile>& wanted,
                                       std::vector<ChunkSource> sources) {
  std::sort(sources.begin(), sources.end(), [](const ChunkSource& a, const ChunkSource& b) {
    return std::tie(b.modified_ms, a.file, a.path) < std::tie(a.modified_ms, b.file, b.path);
  });
  Chooser chooser(sources);
  for (const PullFile& file : wanted) {
    // One that is a single chunk would be here as a whole.
    if (file.entry.chunk_count > 1) chooser.Choose(file);
  }
  return {chooser.chosen().begin(), chooser.chosen().end()};
}

}  // namespace banyan::cli
