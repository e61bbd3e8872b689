#include "cli/transfer/cache_check.h"

#include <algorithm>
#include <set>

#include "cli/transfer/local_files.h"

namespace banyan::cli {
namespace {

enum class Verdict { Right, Wrong, Unknown };

Result<Verdict> Judge(FileSystem& fs, const std::string& path, const std::string& name,
                      std::uint64_t size_bytes, const CheckProgress& progress) {
  if (const auto sha256 = Sha256::Parse(name)) {
    return TRY(HashFileContent(fs, path, progress)) == *sha256 ? Verdict::Right : Verdict::Wrong;
  }
  if (const auto oid = GitOid::Parse(name)) {
    return TRY(HashBlobFile(fs, path, size_bytes, progress)) == *oid ? Verdict::Right
                                                                     : Verdict::Wrong;
  }
  return Verdict::Unknown;
}

std::vector<std::string> CommitsWith(const CachedRepository& repository, const std::string& blob) {
  std::vector<std::string> commits;
  for (const CachedRevision& revision : repository.revisions) {
    if (std::binary_search(revision.blobs.begin(), revision.blobs.end(), blob)) {
      commits.push_back(revision.commit);
    }
  }
  return commits;
}

}  // namespace

Result<CacheReport> CheckCache(FileSystem& fs, const std::string& cache, const CacheCheck& check,
                               const CheckProgress& progress) {
  CacheReport report;
  std::set<std::string> wanted(check.names.begin(), check.names.end());
  for (const CachedRepository& repository : TRY(ListCache(fs, cache))) {
    if (!check.names.empty() && wanted.erase(repository.name) == 0) continue;
    for (const CachedRevision& revision : repository.revisions) {
      for (const std::string& path : revision.missing) {
        report.damage.push_back({repository.name, "", {revision.commit}, "is missing: " + path});
      }
    }
    for (const auto& [name, blob] : repository.blobs) {
      const std::string path = cache + "/" + repository.folder + "/blobs/" + name;
      const Verdict verdict = TRY(Judge(fs, path, name, blob.size_bytes, progress));
      if (verdict == Verdict::Unknown) ++report.unknown;
      if (verdict == Verdict::Right) {
        ++report.blobs;
        report.bytes += blob.size_bytes;
      }
      if (verdict != Verdict::Wrong) continue;
      report.damage.push_back(
          {repository.name, name, CommitsWith(repository, name), "has other bytes"});
      if (check.repair) TRY(fs.Remove(path));
    }
  }
  if (wanted.empty()) return report;
  return Error(Errc::NotFound, *wanted.begin() + ": not in the cache; see `banyan cache list`");
}

}  // namespace banyan::cli
