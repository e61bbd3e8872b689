#pragma once
// The two libgit2 back ends of GitObjects: an object database over the catalog, and a refdb that
// has no refs and takes none (a wrapped repository's own would read and write files in the current
// directory). Private to git_objects.cc.

#include <git2/sys/odb_backend.h>
#include <git2/sys/refdb_backend.h>

#include <optional>

#include "storage/history/git_objects.h"

namespace banyan::storage {

// libgit2 calls the callbacks with its odb locked: they never call back into the same odb.
class CatalogBackend : public git_odb_backend {
 public:
  CatalogBackend(Connection& connection, ContentStore& store, std::int64_t repository);

  Result<GitObject> Read(const GitOid& oid);
  Result<GitHeader> ReadHeader(const GitOid& oid);
  // The ids from `low` to `high`, at most `limit`, of the catalog and of what is pending.
  Result<std::vector<GitOid>> Range(const GitOid& low, const GitOid& high, int limit);
  Status Write(const GitOid& oid, GitObjectType type, ByteView data);
  Result<ContentStore::SmallFile> PutBytes(ByteView data) {
    return store.PutBytes(data, repository_);
  }

  // Keeps the error for GitObjects::Failure; returns libgit2's code for it.
  int Fail(const Error& error);
  std::optional<Error> TakeFailure() { return std::exchange(failure_, std::nullopt); }

  Connection& connection;
  ContentStore& store;
  PendingObjects pending;

 private:
  Result<GitObject> ReadBlob(const GitOid& oid);
  const std::int64_t repository_;
  std::optional<Error> failure_;
};

// Owned by the refdb it is set on.
git_refdb_backend* NewEmptyRefdb();

}  // namespace banyan::storage
