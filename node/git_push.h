#pragma once
// Taking in a push. Git's receive-pack works in a quarantine: an empty repository that reads the
// objects of the copy, has the refs of the catalog, and is removed at the end. What it says is held
// back until the catalog has decided.
//
//   receive-pack  pack received, indexed and checked by git; refs moved in the quarantine
//   compare       which refs moved; only branches and tags may, the default branch stays
//   read          the objects, within limits; contents go to the content store
//   verify        as every history from elsewhere (storage/history/received_history.h)   (no lock)
//   enter         one transaction by compare and swap, rights asked once more
//   report        as git said it, or refused with the reason
//
// All refs of one push move, or none.

#include "node/git/push_report.h"
#include "node/git_call.h"

namespace banyan::node {

// What to answer: git's report, with the catalog's refusal in it if there was one. Errors are those
// of reading the body, Unavailable when git cannot work, NoSpace and Io.
Result<std::string> TakePush(GitCall& call, const GitWork& work, RequestBody& body);

}  // namespace banyan::node
