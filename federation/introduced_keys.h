#pragma once
// By which keys nodes cosign: those that their logs state, where they are held, and those of peers
// that introduced themselves (PROTOCOL.md section 14). Functions work on the connection they are
// given.

#include <optional>

#include "federation/format/introduction.h"
#include "federation/format/mirror_key.h"
#include "federation/log_rows.h"

namespace banyan::federation {

// Of its latest epoch that is known; an earlier one proves nothing any more. nullopt: none is.
Result<std::optional<NoteKey>> FindMirrorKey(storage::Connection& connection, const NodeId& node);
// Of all epochs of this node itself, which may have signed with any of them; none before its log
// was begun.
Result<std::vector<NoteKey>> ListOwnMirrorKeys(storage::Connection& connection);

// How the node of this log, which is here, introduces itself; up to that epoch.
Result<std::string> IntroductionOf(storage::Connection& connection, LogId log);
// Takes the place of an earlier epoch's. Inside Database::Write.
Status PutIntroduced(storage::Connection& connection, const NodeId& node,
                     const IntroducedKeys& keys);

}  // namespace banyan::federation
