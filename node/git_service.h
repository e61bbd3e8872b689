#pragma once
// What routes need to let git's own programs serve a repository: copies of repositories, commands
// with the limits of the configuration, and turns, so that not all run at once. Thread safe.

#include <string>

#include "node/git/git_process.h"
#include "node/git/repository_copies.h"
#include "node/shared_turns.h"

namespace banyan::node {

class GitService {
 public:
  struct Options {
    std::string program = "git";
    RepositoryCopies::Options copies;
    GitLimits limits;
    std::uint64_t max_push_bytes = 0;  // 0: any
    std::int64_t processes = 1;        // fetches and pushes at once, and as many lists of refs
    std::int64_t wait_ms = 30'000;     // for a turn
  };
  // Borrows all.
  GitService(Clock& clock, FileSystem& fs, storage::Database& database,
             storage::ContentStore& content, const Options& options);

  // Throws away what an earlier node left.
  Status Start() { return copies_.Clear(); }

  RepositoryCopies& copies() { return copies_; }
  FileSystem& fs() { return fs_; }
  Clock& clock() { return clock_; }
  const Options& options() const { return options_; }

  // What a turn is for; each has turns of its own.
  //   List     git says which refs there are: soon over, whoever reads the answer
  //   Pack     git makes or takes in a pack: as long as that takes, and who fetches takes to read
  //   Receive  a push comes in: as long as its sender takes; no git runs
  enum class Work { List, Pack, Receive };
  // As SharedTurns::Take.
  Result<std::unique_ptr<SharedTurns::Turn>> Take(Work work, const std::string& client);

  // `git <options> <service> --stateless-rpc <directory>`; `protocol` as the request's header has
  // it.
  struct Call {
    std::string service;  // "upload-pack" or "receive-pack"
    std::string directory;
    std::string protocol;
    bool advertise = false;
  };
  GitCommand Command(const Call& call) const;
  // Lets git note in a bitmap what the commits of a copy reach, when most of them are in none:
  // then it need not read all trees for each clone, but once. A failure is logged.
  void WriteBitmap(RepositoryCopy& copy);

  // Any other command on a copy.
  GitCommand Command(const std::string& directory, std::vector<std::string> arguments) const;

 private:
  Clock& clock_;
  FileSystem& fs_;
  const Options options_;
  RepositoryCopies copies_;
  SharedTurns lists_;
  SharedTurns packs_;
  SharedTurns received_;
};

}  // namespace banyan::node
