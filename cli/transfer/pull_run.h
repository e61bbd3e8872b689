#pragma once
// A pull, without command line or HTTP: from a repository name and nodes to files in a target.
//
//   pin: the first node that answers fixes repository id, commit and manifest root;
//        other nodes are used only for that very manifest
//   plan: walk the proven manifest, filter, see what is there already and whose it is
//   adopt: copy whole files that this machine has under other names or in other places
//   fetch: several files at once, each through FileFetch, with chunks of files that are here
//   finish: the target makes the revision visible

#include <atomic>
#include <functional>
#include <string>
#include <vector>

#include "cli/transfer/file_fetch.h"
#include "cli/transfer/pull_target.h"
#include "cli/transfer/remote_content.h"
#include "storage/base/glob.h"

namespace banyan::cli {

struct PullRequest {
  storage::RepositoryId id;
  std::string revision;  // "" is the default branch
  PathFilter filter;
  std::vector<std::string> adopt;   // folders or files to take content from
  std::vector<std::string> caches;  // whose blobs to take content from; absent ones are fine
  bool accept_new_id = false;
  bool overwrite = false;  // files of the target that no pull put there, too
  bool dry_run = false;
  int files_at_once = 4;
  int rounds = 6;
};

struct PullReport {
  RemoteRevision revision;
  std::uint64_t files = 0;
  std::uint64_t bytes = 0;
  std::uint64_t present_files = 0;
  std::uint64_t present_bytes = 0;   // in place before the pull; what it copied is in FetchCounters
  std::uint64_t to_fetch_bytes = 0;  // of a dry run: the content that the pull would fetch
  std::string place;
  std::vector<std::string> remarks;
};

// The progress line's view. Counters live as long as the run.
struct PullProgress {
  FetchCounters counters;
  std::atomic<std::uint64_t> total_bytes{0};
  std::atomic<std::uint64_t> present_bytes{0};
  std::atomic<std::uint64_t> files_done{0};
};

using MakeTarget = std::function<Result<std::unique_ptr<PullTarget>>(const RemoteRevision&)>;

class PullRun {
 public:
  // Borrows all.
  PullRun(Clock& clock, FileSystem& fs, std::vector<RemoteContent*> nodes, KnownRepositories& known,
          const std::atomic<bool>& cancelled, PullProgress& progress)
      : clock_(clock),
        fs_(fs),
        nodes_(std::move(nodes)),
        known_(known),
        cancelled_(cancelled),
        progress_(progress) {}

  // On failure everything fetched so far stays for the next run. Waits while another process pulls
  // into the same place. Conflict before anything is fetched when files would be overwritten that
  // no pull put there.
  Result<PullReport> Run(const PullRequest& request, const MakeTarget& make_target);

 private:
  Status Pin(const PullRequest& request);
  void Remember();
  Result<std::vector<PullFile>> Plan(const PullRequest& request);
  Result<std::unique_ptr<PullTarget>> WaitForTarget(const MakeTarget& make_target);
  Result<std::vector<PullFile>> LookForAbsent(const PullRequest& request, PullTarget& target,
                                              const std::vector<PullFile>& files);
  Result<WholeFiles::Outcome> CopyWhole(PullTarget& target, const PullFile& file,
                                        WholeFiles& whole);
  Status RemoveJournal(const std::string& part);
  Status AdoptWhole(PullTarget& target, const PullRequest& request, std::vector<PullFile>& absent);
  Status AddSources(const PullRequest& request, PullTarget& target,
                    const std::vector<PullFile>& absent, LocalChunks& local);
  Status FetchAll(const PullRequest& request, PullTarget& target,
                  const std::vector<PullFile>& files, LocalChunks& local);
  Status Measure(PullTarget& target, const PullFile& file, federation::FetchNodes& nodes,
                 LocalChunks& local);
  Status AskByName(const PullFile& file);
  Status FetchOne(PullTarget& target, const PullFile& file, federation::FetchNodes& nodes,
                  LocalChunks& local);

  Clock& clock_;
  FileSystem& fs_;
  std::vector<RemoteContent*> nodes_;
  KnownRepositories& known_;
  const std::atomic<bool>& cancelled_;
  PullProgress& progress_;
  storage::RepositoryId id_;
  PullReport report_;
  bool remembers_ = true;  // until that failed
  std::atomic<std::uint64_t> to_fetch_bytes_{0};
};

}  // namespace banyan::cli
