#pragma once
// The git objects of the catalog as a libgit2 object database. Commits, trees and tags are rows
// of git_object (trees as lists of shared segments), blobs are made up when read: from the content
// store's bytes, or as the canonical LFS pointer to a file. What is written waits in pending()
// until its caller inserts it in a transaction; until then only this object sees it.
//
// Objects are shared by all repositories: callers must have found an id under a revision of the
// repository at hand (revisions.h) before they show what it names.
//
// Errors: NotFound; Corrupt when the stored bytes do not hash to the id (checked at each read).

#include <memory>

#include "storage/content/content_store.h"
#include "storage/history/pending_objects.h"

struct git_odb;
struct git_repository;

namespace banyan::storage {

struct GitObject {
  GitObjectType type = GitObjectType::Commit;
  Bytes data;
};
struct GitHeader {
  GitObjectType type = GitObjectType::Commit;
  std::uint64_t size_bytes = 0;
};

// One thread's handle on one connection: cheap to make, made for a request and dropped after it,
// so that no answer outlives a garbage collection. `connection` and `store` must outlive it; the
// connection may run other statements between calls.
class GitObjects {
 public:
  // `repository`: that blobs are written for (NewFileOptions); 0 for who only reads.
  static Result<std::unique_ptr<GitObjects>> Open(Connection& connection, ContentStore& store,
                                                  std::int64_t repository = 0);
  ~GitObjects();

  Result<GitObject> Read(const GitOid& oid);
  Result<GitHeader> ReadHeader(const GitOid& oid);
  // Read of a known type: Corrupt when the object has another.
  Result<Bytes> ReadAs(const GitOid& oid, GitObjectType type);
  Result<std::vector<TreeEntry>> ReadTree(const GitOid& oid);

  // Adds to pending(); a blob's bytes go to the content store (a canonical LFS pointer too: what
  // it stands for is for the caller to judge). The id is computed with collision detection.
  Result<GitOid> Write(GitObjectType type, ByteView data);

  // Stores bytes as those of a blob.
  Result<ContentStore::SmallFile> PutBytes(ByteView data);

  // The id an object would have; Invalid for an attempt to collide with another.
  Result<GitOid> Hash(GitObjectType type, ByteView data);

  PendingObjects& pending();
  PendingObjects TakePending();
  ContentStore& store();
  Connection& connection();

  // For libgit2's own algorithms. The refdb of the repository is empty and takes no refs: they
  // are rows of the catalog. Failure gives the error of a failed libgit2 call: the catalog's own,
  // if that was the cause.
  git_repository* repository();
  git_odb* odb();
  Error Failure(int code, std::string_view doing);

 private:
  struct State;
  explicit GitObjects(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace banyan::storage
