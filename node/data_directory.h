#pragma once
// The directory that holds everything a node knows, opened for one process at a time: by `banyan
// serve`, or by a command that works on it while no node runs.
//
//   lock          held while a process uses the directory
//   node.seed     the root secret (node/node_seed.h)
//   next.seed     and after.seed: of later keys, in no backup (node/seed_files.h); log/ files
//                 derived from the log's rows; log.go-on the operator's word (node/own_log.h)
//   policy.toml   the operator's, perhaps before anything else (node/policy_file.h)
//   admin.token   the first operator's token, until the operator has put it elsewhere
//   address       where the node that runs here answers (node/serve.h)
//   git/          copies of repositories for git, thrown away at each start (node/git_service.h)
//   catalog.db    the catalog; packs/ the content (storage/FORMAT.md)

#include <memory>
#include <string>

#include "node/node_seed.h"
#include "storage/content/local_content_store.h"

namespace banyan::node {

// The first user of a new node, with every right.
inline constexpr std::string_view kFirstOperator = "operator";
inline constexpr std::string_view kPolicyName = "policy.toml";

class DataDirectory {
 public:
  struct Options {
    std::string path;
    // Make it, with its first operator, when it is absent, or has no more than a policy.
    bool create = false;
    std::uint64_t min_free_bytes = 64u << 20;  // refuse to write content with less
  };
  // Conflict while another process holds it; Denied when it, or a key file in it, belongs to
  // another user or is open to others; Invalid when it holds something else than a node; NotFound
  // when it is absent and not to be made. Each says what to do.
  static Result<std::unique_ptr<DataDirectory>> Open(Clock& clock, Random& random, FileSystem& fs,
                                                     const Options& options);

  const std::string& path() const { return path_; }
  std::string TokenFile() const { return path_ + "/admin.token"; }
  const NodeSeed& seed() const { return seed_; }
  storage::Database& database() { return *database_; }
  storage::LocalContentStore& content() { return *content_; }
  // True when this Open made the first operator and wrote TokenFile.
  bool is_new() const { return is_new_; }

 private:
  DataDirectory(std::string path, std::unique_ptr<FileLock> lock, NodeSeed seed)
      : path_(std::move(path)), lock_(std::move(lock)), seed_(seed) {}
  Status MakeFirstOperator(Clock& clock, Random& random, FileSystem& fs);

  const std::string path_;
  const std::unique_ptr<FileLock> lock_;
  const NodeSeed seed_;
  std::unique_ptr<storage::Database> database_;
  std::unique_ptr<storage::LocalContentStore> content_;
  bool is_new_ = false;
};

}  // namespace banyan::node
