#pragma once
// How changes of history over HTTP are entered: with the node's quota, and with the metadata of
// the new head in the same transaction.

#include "node/hub.h"
#include "storage/caller.h"
#include "storage/commit_text.h"
#include "storage/history_change.h"

namespace banyan::node {

// Borrows `hub`; for one change.
storage::EnterOptions Entering(Hub& hub);

// Whom a commit of this caller names: the account, with an address that reaches nobody.
storage::Person PersonOf(const Hub& hub, const storage::Caller& caller);

}  // namespace banyan::node
