#pragma once
// The keys of nodes: those that their logs state, where they are held, and those that they showed
// of themselves, whichever are of the later epoch; earlier ones prove nothing any more. What a node
// showed is kept, so that keys which it has given up do not count again after a restart. Functions
// work on the connection or database they are given.

#include <optional>

#include "federation/format/introduction.h"
#include "federation/format/mirror_key.h"
#include "federation/log_rows.h"

namespace banyan::federation {

// Of another node, with what it shows now, if anything; what proves nothing counts for nothing.
// nullopt: no keys are known.
Result<std::optional<KeySet>> FindKeys(storage::Connection& connection, const NodeId& node,
                                       std::optional<std::string_view> introduction = {});
// Keeps what a node that signs showed, if its epoch is later than what is kept.
Status KeepIntroduction(storage::Database& database, const NodeId& node,
                        std::string_view introduction);
// How the node of this log, which is here, introduces itself; up to that epoch.
Result<std::string> IntroductionOf(storage::Connection& connection, LogId log);

// By which another node cosigns.
Result<std::optional<NoteKey>> FindMirrorKey(storage::Connection& connection, const NodeId& node);
// By which this one did, in all its epochs; none before its log was begun.
Result<std::vector<NoteKey>> ListOwnMirrorKeys(storage::Connection& connection);

}  // namespace banyan::federation
