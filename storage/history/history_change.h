#pragma once
// The one way in which history changes. A HistoryChange is made and verified beforehand, without
// a lock: git objects, manifest nodes, new revisions, and the refs to move. Entering it is one
// step inside the caller's transaction; commits, pushes, mirroring, branches and tags all end here.
//
// Invariants
//  1. A ref moves by compare and swap: who changes it must have seen what it was.
//  2. Every commit under a ref is a revision of that repository, with its manifest.
//  3. A repository holds (HoldFile) every file of its revisions; it may enter a file only if it
//     brought the bytes, holds it already, or the file is public. Knowing a hash grants nothing.

#include <functional>

#include "storage/catalog/quota.h"
#include "storage/history/catalog_nodes.h"
#include "storage/history/git_objects.h"
#include "storage/history/manifest.h"
#include "storage/history/revisions.h"

namespace banyan::storage {

struct RefUpdate {
  std::string name;                  // full
  std::optional<GitOid> old_target;  // nullopt: must not exist yet
  std::optional<GitOid> new_target;  // nullopt: delete it
  GitOid commit;                     // what new_target leads to
};

// The change as a value. Files of `objects` with a row > 0 are only referred to, and the repository
// must hold them (committed or just uploaded) unless they are public; row 0 says that their bytes
// were brought and stored.
struct HistoryChange {
  PendingObjects objects;
  PendingNodes nodes;
  std::vector<Revision> revisions;  // new ones
  std::vector<RefUpdate> refs;
};

// What happened, for those who record it further (metadata, the log of cards).
struct EnteredChange {
  std::int64_t repository = 0;
  std::vector<RefUpdate> refs;
  Sha256 ref_list;               // root of the new ref list (ref_list.h)
  std::optional<Revision> head;  // of the default branch
  bool head_moved = false;
};

struct EnterOptions {
  std::int64_t now_ms = 0;
  QuotaPolicy quota;
  // Runs last in the transaction; an error undoes everything.
  std::function<Status(Connection&, const EnteredChange&)> entered;
};

// Inside Database::Write; the content store must have been synced. Sets the head, size and time
// of the repository row, too. Errors: Conflict when a ref is not what the change expects (the
// message says where it is and how to go on) or a new ref's name collides with another's path,
// NotFound for a file that the repository may not use, TooLarge over the quota.
Result<EnteredChange> EnterChange(Connection& connection, std::int64_t repository,
                                  HistoryChange& change, const EnterOptions& options);

}  // namespace banyan::storage
