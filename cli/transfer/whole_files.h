#pragma once
// Whole files of this machine that a pull may copy instead of fetching them: blobs of caches and
// what a folder holds from earlier pulls, both known by a hash that somebody wrote down, and files
// brought by hand, known by their size until they are hashed. What is written down is a claim: a
// file counts only after it was hashed.

#include <atomic>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "storage/base/file_system.h"
#include "storage/history/manifest.h"

namespace banyan::cli {

// Used by one thread.
class WholeFiles {
 public:
  // Borrows both.
  WholeFiles(FileSystem& fs, const std::atomic<bool>& cancelled) : fs_(fs), cancelled_(cancelled) {}

  // The file is said to have this content.
  void Claim(const Sha256& content, const std::string& path) {
    claims_[content.ToString()].push_back(path);
  }
  // Every blob of a cache of the shape that Hugging Face clients read (cli/transfer/hub_cache.h),
  // whatever repository has it. Nothing when there is no such cache.
  void ClaimBlobs(const std::string& cache);
  // Files at or below a place, whatever they are called. NotFound when it is not there.
  Status Bring(const std::string& place);

  enum class Outcome { Found, NotFound };
  // Has one of them this content? Cancelled after an interrupt.
  Result<Outcome> Find(const storage::ManifestEntry& wanted);
  // The same, and `to` is then a durable copy of it; else what was at `to` may be gone.
  Result<Outcome> Copy(const storage::ManifestEntry& wanted, const std::string& to);

 private:
  std::vector<std::string> Candidates(const storage::ManifestEntry& wanted) const;
  Result<std::optional<std::string>> FindBrought(const storage::ManifestEntry& wanted);
  Result<Outcome> CopyFrom(const std::string& path, const Sha256& sha256, const std::string& to);
  Status CheckCancelled() const;

  FileSystem& fs_;
  const std::atomic<bool>& cancelled_;
  std::map<std::string, std::vector<std::string>> claims_;     // by the name of a blob
  std::map<std::uint64_t, std::vector<std::string>> brought_;  // by size
  std::map<std::string, Sha256> hashes_;                       // of brought files, by path
};

}  // namespace banyan::cli
