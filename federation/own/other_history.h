#pragma once
// Evidence that another copy of this node signed another history (PROTOCOL.md sections 6 and 9). A
// peer that saw two follows neither, also where what it holds is what is here: only a later epoch
// lets it go on, and nobody may be left who shows the other history.

#include "federation/format/fork_evidence.h"
#include "federation/format/log_proof.h"
#include "federation/own_origin.h"

namespace banyan::federation {

// A head that the keys of `origin` signed, and that what is signed here does not begin with, in
// what a peer answered for EvidencePath. nullopt: there is none in it. Errors: of the catalog.
Result<std::optional<LogState>> FindOtherHistory(storage::Connection& connection,
                                                 const OwnOrigin& origin, ByteView answer);

}  // namespace banyan::federation
