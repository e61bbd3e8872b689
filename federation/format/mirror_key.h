#pragma once
// The key by which a node cosigns the logs that it mirrors, and that key's name in signed notes
// (PROTOCOL.md section 14). Pure functions.

#include "federation/format/node_id.h"
#include "federation/format/note.h"

namespace banyan::federation {

// "banyan/<node id>/mirror".
std::string MirrorKeyName(const NodeId& node);
// Invalid for any other name.
Result<NodeId> ParseMirrorKeyName(std::string_view name);
// `key` is that of the node's role mirror.
NoteKey MirrorKey(const NodeId& node, const PublicKey& key);

}  // namespace banyan::federation
