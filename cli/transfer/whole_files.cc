#include "cli/transfer/whole_files.h"

#include "cli/transfer/local_files.h"

namespace banyan::cli {

void WholeFiles::ClaimBlobs(const std::string& cache) {
  const auto folders = fs_.List(cache);
  if (!folders) return;
  for (const std::string& folder : *folders) {
    if (!folder.starts_with("models--") && !folder.starts_with("datasets--")) continue;
    const std::string blobs = cache + "/" + folder + "/blobs";
    const auto names = fs_.List(blobs);
    if (!names) continue;
    for (const std::string& name : *names) {
      if (name.find('.') == name.npos) claims_[name].push_back(blobs + "/" + name);
    }
  }
}

Status WholeFiles::Bring(const std::string& place) {
  for (const LocalFile& file : TRY(ListLocalFiles(fs_, place))) {
    brought_[file.size_bytes].push_back(file.path);
  }
  return Ok();
}

Status WholeFiles::CheckCancelled() const {
  if (cancelled_) return Error(Errc::Cancelled, "interrupted");
  return Ok();
}

// A blob is named by its SHA-256 or, when git keeps it itself, by git's id.
std::vector<std::string> WholeFiles::Candidates(const storage::ManifestEntry& wanted) const {
  std::vector<std::string> names = {wanted.sha256.ToString()};
  if (!wanted.IsPointer()) names.push_back(wanted.oid.ToString());
  std::vector<std::string> paths;
  for (const std::string& name : names) {
    const auto found = claims_.find(name);
    if (found == claims_.end()) continue;
    for (const std::string& path : found->second) {
      const auto stat = fs_.Stat(path);
      const bool fits = stat && !stat->is_directory && stat->size_bytes == wanted.size_bytes;
      if (fits) paths.push_back(path);
    }
  }
  return paths;
}

Result<std::optional<std::string>> WholeFiles::FindBrought(const storage::ManifestEntry& wanted) {
  const auto same_size = brought_.find(wanted.size_bytes);
  if (same_size == brought_.end()) return std::optional<std::string>();
  for (const std::string& path : same_size->second) {
    if (hashes_.count(path) == 0) {
      hashes_[path] =
          TRY(HashFileContent(fs_, path, [this](std::size_t) { return CheckCancelled(); }));
    }
    if (hashes_[path] == wanted.sha256) return std::optional(path);
  }
  return std::optional<std::string>();
}

Result<WholeFiles::Outcome> WholeFiles::Find(const storage::ManifestEntry& wanted) {
  const auto go_on = [this](std::size_t) { return CheckCancelled(); };
  for (const std::string& path : Candidates(wanted)) {
    const auto sha256 = HashFileContent(fs_, path, go_on);
    TRY(CheckCancelled());
    if (sha256 && *sha256 == wanted.sha256) return Outcome::Found;
  }
  return TRY(FindBrought(wanted)) ? Outcome::Found : Outcome::NotFound;
}

// A copy that fails says nothing against the next one, unless the disk is full.
Result<WholeFiles::Outcome> WholeFiles::CopyFrom(const std::string& path, const Sha256& sha256,
                                                 const std::string& to) {
  auto copied =
      CopyVerified(fs_, path, to, sha256, [this](std::size_t) { return CheckCancelled(); });
  if (copied) return Outcome::Found;
  TRY(CheckCancelled());
  if (copied.error().code() == Errc::NoSpace) return std::move(copied.error());
  return Outcome::NotFound;
}

Result<WholeFiles::Outcome> WholeFiles::Copy(const storage::ManifestEntry& wanted,
                                             const std::string& to) {
  for (const std::string& path : Candidates(wanted)) {
    if (TRY(CopyFrom(path, wanted.sha256, to)) == Outcome::Found) return Outcome::Found;
  }
  const auto brought = TRY(FindBrought(wanted));
  return brought ? CopyFrom(*brought, wanted.sha256, to) : Outcome::NotFound;
}

}  // namespace banyan::cli
