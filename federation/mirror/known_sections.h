#pragma once
// Sections of files that a repository has, whose chunk lists need not come again when another file
// has the same section: of a changed model, all but those where it changed.

#include <map>

#include "storage/content/content_session.h"
#include "storage/content/outline.h"

namespace banyan::federation {

// Immutable once made: any number of threads.
class KnownSections {
 public:
  // Of the few files of the session's repository whose size is nearest to this one.
  static Result<KnownSections> Near(storage::ContentSession& session, std::uint64_t size_bytes);
  // nullptr: not known. The list is one that gives this node; it proves itself like any other.
  const storage::ChunkList* Find(const storage::MerkleNode& section) const;

 private:
  std::map<ChunkId, storage::ChunkList> lists_;  // by the section's hash
};

}  // namespace banyan::federation
