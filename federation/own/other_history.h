#pragma once
// Evidence that another copy of this node signed another history (PROTOCOL.md sections 6 and 9). A
// peer that saw two follows neither, also where what it holds is what is here: only a later epoch
// lets it go on, and nobody may be left who shows the other history.

#include "federation/follow/followed_log.h"
#include "federation/transfer/peer_source.h"

namespace banyan::federation {

// A head that the keys of `own` signed, that what is signed here does not begin with, and that the
// peer keeps as evidence. nullopt: it shows none. Errors: of the catalog.
Result<std::optional<LogState>> FindOtherHistory(storage::Database& database,
                                                 const FollowedLog& own, PeerSource& peer);

}  // namespace banyan::federation
