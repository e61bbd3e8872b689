#pragma once
// Where a pull puts files: a plain folder, or a cache in the shape that Hugging Face clients read.
// Both say where a partial file goes, whether a file is there already, and how a finished one gets
// its name. Used by one thread at a time per file; different files concurrently. While a target
// lives no other process has the same one: making it meanwhile is Unavailable.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/transfer/chunk_sources.h"
#include "cli/transfer/known_repositories.h"
#include "cli/transfer/local_chunks.h"
#include "cli/transfer/local_files.h"
#include "cli/transfer/remote_content.h"
#include "cli/transfer/whole_files.h"
#include "storage/history/manifest.h"

namespace banyan::cli {

struct PullFile {
  std::string path;  // inside the repository
  storage::ManifestEntry entry;
};

class PullTarget {
 public:
  virtual ~PullTarget() = default;
  // Present: the right content is on this machine. Foreign: other content has its name, which no
  // pull of this repository put there, or what is no file, such as a link to nothing. Changes
  // nothing. Hashes what is there, unless it was hashed before and is unchanged. Invalid when the
  // path and one that was looked for before are one file there (NameClaims).
  enum class State { Present, Absent, Foreign };
  virtual Result<State> Look(const PullFile& file) = 0;
  // Before any of these files is placed: what a kill leaves of them will not be Foreign.
  virtual Status Expect(const RemoteRevision& revision, const std::vector<PullFile>& files) = 0;
  // Gives a Present file its name in this revision, where it lacks that.
  virtual Status Show(const PullFile& file) = 0;
  // Where to build it; the directory exists.
  virtual Result<std::string> PartPath(const PullFile& file) = 0;
  // Gives the complete, verified and durable part its final name.
  virtual Status Place(const PullFile& file, const std::string& part_path) = 0;
  // After all files: what makes the revision visible. Remarks for the user, if any.
  virtual Result<std::vector<std::string>> Finish(const RemoteRevision& revision,
                                                  const std::string& asked_revision) = 0;
  // Files of this target that are known by their hashes. Again after files were placed: what they
  // replaced is gone.
  virtual void OfferWhole(WholeFiles& whole) = 0;
  // Files of this target that may hold chunks of wanted ones, such as older revisions.
  virtual std::vector<ChunkSource> Sources(const std::vector<PullFile>& wanted) = 0;
  // What interrupted pulls of other files left; `wanted` go on with theirs.
  virtual void AddUnfinished(const std::vector<PullFile>& wanted, LocalChunks& local) = 0;
  // Where a file is once it is placed.
  virtual std::string PathOf(const PullFile& file) const = 0;
  // What to tell the user: where the files are.
  virtual std::string Place() const = 0;
};

// A file system lock; Unavailable while another process holds it.
Result<std::unique_ptr<FileLock>> LockTarget(FileSystem& fs, const std::string& lock_path,
                                             const std::string& place);

struct FolderWish {
  std::string folder;
  bool overwrite = false;      // even when it holds a pull of another repository
  bool accept_new_id = false;  // even when its repository was another one of the same name
};

// Files by name below a folder, made if absent. Never writes outside it and through no symbolic
// link inside it: a link where a file goes is replaced when it may be, not followed, but one to a
// file with the right content will do. Conflict when it holds a pull of another repository.
Result<std::unique_ptr<PullTarget>> FolderTarget(FileSystem& fs, const FolderWish& wish,
                                                 const RemoteRevision& revision);

// <cache>/models--ns--name/{blobs,snapshots,refs}. `known` decides whether a ref may be moved: only
// one that a pull wrote and nobody changed since.
Result<std::unique_ptr<PullTarget>> CacheTarget(FileSystem& fs, const std::string& cache,
                                                const storage::RepositoryId& id,
                                                const GitOid& commit, KnownRepositories& known);

}  // namespace banyan::cli
