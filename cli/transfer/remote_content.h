#pragma once
// What a pull needs of one node (node/api/chunks.md section 2): content, and which revision a name
// stands for.

#include <string>

#include "cli/transfer/repository_identity.h"
#include "federation/transfer/content_source.h"
#include "storage/catalog/repositories.h"

namespace banyan::cli {

struct RemoteRevision {
  RepositoryIdentity repository;  // pinned by the caller
  std::string id;                 // "namespace/name" as the node spells it
  GitOid commit;
  std::string ref;  // full name of the ref it came through; empty for a commit id
  Sha256 manifest;
  std::uint64_t files = 0;
  std::uint64_t bytes = 0;
  std::string licence;  // SPDX expression; empty: none declared
};

class RemoteContent : public federation::ContentSource {
 public:
  virtual Result<RemoteRevision> FindRevision(const storage::RepositoryId& id,
                                              const std::string& revision) = 0;
  // Asks for a file of a revision by its name: a node that mirrors the repository may fetch it now,
  // and has it by its hash afterwards. Waits for that a while: Unavailable when it still arrives.
  // Denied when the node does not hold it and will not; says who does.
  virtual Status AskByName(const storage::RepositoryId& id, const GitOid& commit,
                           const std::string& path) = 0;
};

}  // namespace banyan::cli
