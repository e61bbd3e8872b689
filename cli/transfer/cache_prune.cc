#include "cli/transfer/cache_prune.h"

#include <algorithm>
#include <filesystem>
#include <set>

#include "cli/transfer/pull_target.h"

namespace banyan::cli {
namespace {

constexpr std::int64_t kStrayMs = 24 * 3600 * 1000;
constexpr const char* kGone = "/.banyan-pruned";

// What goes of one repository.
struct Plan {
  std::vector<const CachedRevision*> revisions;
  std::vector<std::string> files;  // names in blobs/
  bool is_all = false;             // nothing is left
};

Plan MakePlan(const CachedRepository& repository, const PruneRequest& request, std::int64_t now_ms,
              PruneReport& report) {
  Plan plan;
  std::set<std::string> needed;
  std::set<std::string> dropped;
  for (const CachedRevision& revision : repository.revisions) {
    const bool old = now_ms - revision.modified_ms >= request.older_than_ms;
    const bool goes = old && (revision.refs.empty() || request.referenced);
    auto& blobs = goes ? dropped : needed;
    blobs.insert(revision.blobs.begin(), revision.blobs.end());
    if (!goes) continue;
    plan.revisions.push_back(&revision);
    report.revisions.push_back({repository.name, revision.commit, revision.bytes});
  }
  const std::int64_t stray_ms = std::max(request.older_than_ms, kStrayMs);
  const auto is_old = [&](const CachedBlob& blob) { return now_ms - blob.modified_ms >= stray_ms; };
  const auto take = [&](const std::string& name, const CachedBlob& blob) {
    plan.files.push_back(name);
    report.freed_bytes += blob.size_bytes;
  };
  for (const auto& [name, blob] : repository.blobs) {
    if (needed.count(name) > 0) continue;
    const bool stray = dropped.count(name) == 0;
    if (stray && !is_old(blob)) continue;
    take(name, blob);
    if (stray) ++report.stray_files;
  }
  for (const auto& [name, blob] : repository.unfinished) {
    if (!is_old(blob)) continue;
    take(name, blob);
    if (name.ends_with(kCachePartEnding)) ++report.unfinished_files;
  }
  plan.is_all = plan.revisions.size() == repository.revisions.size() &&
                plan.files.size() == repository.blobs.size() + repository.unfinished.size();
  return plan;
}

Status RemoveAll(const std::string& path) {
  std::error_code error;
  std::filesystem::remove_all(path, error);
  return error ? Status(Error(Errc::Io, path + ": " + error.message())) : Ok();
}

Status Execute(FileSystem& fs, const std::string& root, const Plan& plan) {
  TRY(RemoveAll(root + kGone));  // of a run that was killed
  for (const CachedRevision* revision : plan.revisions) {
    for (const std::string& ref : revision->refs) TRY(fs.Remove(root + "/refs/" + ref));
    TRY(fs.CreateDirectories(root + kGone));
    TRY(fs.Rename(root + "/snapshots/" + revision->commit, root + kGone + "/" + revision->commit));
    TRY(fs.SyncDirectory(root + "/snapshots"));
  }
  TRY(RemoveAll(root + kGone));
  for (const std::string& name : plan.files) TRY(fs.Remove(root + "/blobs/" + name));
  return plan.is_all ? RemoveAll(root) : Ok();
}

}  // namespace

Result<PruneReport> PruneCache(FileSystem& fs, const std::string& cache,
                               const PruneRequest& request, std::int64_t now_ms) {
  PruneReport report;
  std::set<std::string> wanted(request.names.begin(), request.names.end());
  for (const CachedRepository& seen : TRY(ListCache(fs, cache))) {
    if (!request.names.empty() && wanted.erase(seen.name) == 0) continue;
    const auto lock = LockTarget(fs, TRY(CacheLockPath(fs, cache, seen.folder)), seen.name);
    if (!lock && lock.error().code() != Errc::Unavailable) return lock.error();
    if (!lock) {
      report.busy.push_back(seen.name);
      continue;
    }
    const auto repository = TRY(ReadCachedRepository(fs, cache, seen.folder));
    const Plan plan = MakePlan(repository, request, now_ms, report);
    if (!request.dry_run) TRY(Execute(fs, cache + "/" + seen.folder, plan));
  }
  if (wanted.empty()) return report;
  return Error(Errc::NotFound, *wanted.begin() + ": not in the cache; see `banyan cache list`");
}

}  // namespace banyan::cli
