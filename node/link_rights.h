#pragma once
// A signed link outlives the request that asked for it, by hours. What it allows is looked up anew
// each time it is used, and once more when an upload is recorded: a token that was revoked, a
// member who left or a repository that went private ends it at once.

#include "node/hub.h"

namespace banyan::node {

// Whom the link was given to, as of now. Of somebody who was signed in without a token the account
// alone counts. Denied or NotFound when that is over.
Result<storage::Caller> HolderOf(storage::Connection& connection, const SignedLink& link,
                                 std::int64_t now_ms);

// Denied, always in the same words, when whom the link was given to may not do this any more.
Status RequireLinkRights(const Hub& hub, storage::Connection& connection, const SignedLink& link);

}  // namespace banyan::node
