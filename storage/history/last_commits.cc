// Who changed a path last. Commits are visited newest first; each carries the paths whose last
// change is still sought and hands each path to the first parent that has it unchanged. A path
// that differs from every parent was changed here. Comparing manifests reads only what differs.

#include <queue>
#include <set>

#include "storage/history/history.h"

namespace banyan::storage {
namespace {

using PathSet = std::set<std::string>;

class Search {
 public:
  Search(History& history, Connection& connection, std::int64_t repository)
      : history_(history), connection_(connection), repository_(repository) {}

  Status Add(const Revision& revision, PathSet paths) {
    auto& sought = sought_[revision.commit];
    if (sought.empty()) {
      auto record = TRY(history_.ReadCommit(revision.commit));
      queue_.emplace(record.time_ms, revision.commit);
      visits_.emplace(revision.commit, Visit{revision, std::move(record)});
    }
    sought.merge(paths);
    return Ok();
  }

  // One commit. False when there is none left.
  Result<std::size_t> Step() {
    if (queue_.empty()) return std::size_t{0};
    const GitOid commit = queue_.top().second;
    queue_.pop();
    PathSet paths = std::move(sought_[commit]);
    sought_.erase(commit);
    const Visit visit = std::move(visits_.at(commit));
    visits_.erase(commit);
    for (const auto& parent : visit.record.parents) {
      const auto revision = TRY(FindRevision(connection_, repository_, parent));
      if (!revision) continue;
      PathSet changed = TRY(Changed(*revision, visit.revision, paths));
      PathSet same;
      for (const auto& path : paths) {
        if (changed.count(path) == 0) same.insert(path);
      }
      if (!same.empty()) TRY(Add(*revision, std::move(same)));
      paths = std::move(changed);
      if (paths.empty()) break;
    }
    for (const auto& path : paths) found.emplace(path, visit.record);
    return std::size_t{1};
  }

  std::map<std::string, CommitRecord> found;

 private:
  struct Visit {
    Revision revision;
    CommitRecord record;
  };

  // Those of `paths` that differ, themselves or below.
  Result<PathSet> Changed(const Revision& before, const Revision& after, const PathSet& paths) {
    TRY(history_.LoadManifest(before));
    TRY(history_.LoadManifest(after));
    PathSet changed;
    const auto visit = [&](const std::string& path, const std::optional<ManifestEntry>&,
                           const std::optional<ManifestEntry>&) -> Status {
      for (auto end = path.size(); end != std::string::npos && end > 0;
           end = path.rfind('/', end - 1)) {
        const auto known = paths.find(path.substr(0, end));
        if (known != paths.end()) changed.insert(*known);
      }
      return changed.size() == paths.size() ? Status(Error(Errc::Cancelled, "all")) : Ok();
    };
    const auto status = DiffManifests(history_.nodes(), before.manifest, after.manifest, visit);
    if (!status && changed.size() < paths.size()) return status.error();
    return changed;
  }

  History& history_;
  Connection& connection_;
  const std::int64_t repository_;
  std::priority_queue<std::pair<std::int64_t, GitOid>> queue_;  // newest first
  std::map<GitOid, PathSet> sought_;
  std::map<GitOid, Visit> visits_;
};

}  // namespace

Result<std::map<std::string, CommitRecord>> History::LastCommits(
    const Revision& revision, const std::vector<std::string>& paths, std::size_t max_commits) {
  Search search(*this, connection_, repository_);
  if (!paths.empty()) TRY(search.Add(revision, PathSet(paths.begin(), paths.end())));
  for (std::size_t i = 0; i < max_commits; ++i) {
    const std::size_t visited = TRY(search.Step());
    if (visited == 0) break;
  }
  return std::move(search.found);
}

}  // namespace banyan::storage
