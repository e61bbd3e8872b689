#pragma once
// The seeds of the node's keys, through the epochs of its log (federation/PROTOCOL.md section 2):
//
//   node.seed    of the current epoch
//   next.seed    of the next one, whose keys the current one committed to; in no backup
//   after.seed   of the one after it, from the preparation of the next epoch until that has begun
//
//   after.seed is made ─▶ the catalog opens the epoch ─▶ next.seed becomes node.seed
//                                                    ─▶ after.seed becomes next.seed
//
// A stop in between is made good when the files are settled by what the catalog says.

#include "federation/format/opening.h"
#include "node/node_seed.h"

namespace banyan::node {

// Used by one thread.
class SeedFiles {
 public:
  // Borrows both.
  SeedFiles(FileSystem& fs, Random& random, std::string directory)
      : fs_(fs), random_(random), directory_(std::move(directory)) {}

  // Before the log begins: the keys of node.seed, and the commitment to those of next.seed, which
  // is made.
  Result<federation::SigningKeys> CurrentKeys();
  Result<Sha256> CommitToNext();

  // The keys of the epoch that states `keys`; the files are moved to where they belong. Conflict
  // when no file here has their seed.
  Result<federation::SigningKeys> Settle(const federation::EpochKeys& keys);
  // What the epoch after the one that states `keys` is to state. NotFound, with what the operator
  // can do, when next.seed is not here.
  Result<federation::EpochKeys> Prepare(const federation::EpochKeys& keys);

 private:
  std::string Path(std::string_view name) const { return directory_ + "/" + std::string(name); }
  // Of a seed that is there; nullopt: it is not.
  Result<std::optional<federation::SigningKeys>> Find(std::string_view name);
  Status Move(std::string_view from, std::string_view to);

  FileSystem& fs_;
  Random& random_;
  const std::string directory_;
};

}  // namespace banyan::node
