#pragma once
// What every change of history over HTTP needs beside the change itself.

#include "node/hub.h"
#include "storage/catalog/caller.h"
#include "storage/history/commit_text.h"
#include "storage/history/history_change.h"

namespace banyan::node {

// For a change entered now, under the node's quota.
storage::EnterOptions Entering(Hub& hub);
// After each change: reads what a head that moved says about itself (node/head_metadata.h). An
// error is only logged, since the change stands.
void FollowHead(Hub& hub, std::int64_t repository);

// Whom a commit of this caller names: the account, with an address that reaches nobody.
storage::Person PersonOf(const Hub& hub, const storage::Caller& caller);

}  // namespace banyan::node
