#pragma once
// Taking in a push. Git's receive-pack works in a quarantine: an empty repository that reads the
// objects of the copy, has the refs of the catalog, and is removed at the end. What it says is held
// back until the catalog has decided.
//
//   come in       all that is sent, to the disk: no git waits for a sender
//   receive-pack  pack received, indexed and checked by git; refs moved in the quarantine
//   compare       which refs moved; only branches and tags may, the default branch stays
//   read          the objects, within limits; contents go to the content store
//   verify        as every history from elsewhere (storage/history/received_history.h)   (no lock)
//   enter         one transaction by compare and swap, rights asked once more
//   report        as git said it, or refused with the reason
//
// All refs of one push move, or none.

#include "node/git/push_body.h"
#include "node/git_call.h"

namespace banyan::node {

// Reads the body of a push to this repository; what is beyond the room of the disk, the quota and
// git.max_push, is refused (PushBody::refused).
Result<std::unique_ptr<PushBody>> ReceivePush(GitCall& call, std::int64_t repository,
                                              RequestBody& body);

// What to answer: git's report, with the catalog's refusal in it if there was one. Errors are
// Cancelled when the client is gone, Unavailable when git cannot work, NoSpace and Io.
Result<std::string> TakePush(GitCall& call, const GitWork& work, PushBody& body);

}  // namespace banyan::node
