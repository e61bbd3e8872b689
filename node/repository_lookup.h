#pragma once
// The one way from a request to a repository: what its path or body names, if the caller may have
// it. What the caller may not see is answered word for word like what does not exist.

#include <optional>

#include "node/http/http_types.h"
#include "storage/catalog/authorisation.h"

namespace banyan::node {

struct RepositoryLookup {
  storage::Connection& connection;
  const Request& request;  // its caller decides
  Response& response;      // gets the refusal
  bool admits_anonymous;   // the node's access.anonymous

  // nullopt when the answer was made.
  std::optional<storage::FoundRepository> Find(const storage::RepositoryId& id,
                                               storage::Access access);
  // By :ns and :name of the path; ".git" after the name is left out.
  std::optional<storage::FoundRepository> FindByPath(storage::RepositoryKind kind,
                                                     storage::Access access);

 private:
  void Refuse(const Error& error, const storage::RepositoryId& id, storage::Access access);
};

}  // namespace banyan::node
