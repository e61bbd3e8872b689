#pragma once
// What routes need to let git's own programs serve a repository: copies of repositories, commands
// with the limits of the configuration, and turns, so that not all run at once. Thread safe.

#include <map>
#include <optional>
#include <string>

#include "node/git/git_process.h"
#include "node/git/repository_copies.h"

namespace banyan::node {

class GitService {
 public:
  struct Options {
    std::string program = "git";
    RepositoryCopies::Options copies;
    GitLimits limits;
    std::uint64_t max_push_bytes = 0;  // 0: any
    std::int64_t processes = 1;        // fetches and pushes at once
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

  // A turn ends with its destruction.
  class Turn {
   public:
    Turn(GitService& service, std::string client) : service_(service), client_(std::move(client)) {}
    ~Turn();
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;

   private:
    GitService& service_;
    const std::string client_;
  };
  // Waits for one; Unavailable when there is none for wait_ms. One client (ClientKey) has at most a
  // quarter of them, so that who is slow, or many, holds up nobody else.
  Result<std::unique_ptr<Turn>> Take(const std::string& client) EXCLUDES(mutex_);

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
  Mutex mutex_;
  CondVar ended_;
  std::int64_t running_ GUARDED_BY(mutex_) = 0;
  std::map<std::string, std::int64_t> running_of_ GUARDED_BY(mutex_);  // by client
};

}  // namespace banyan::node
