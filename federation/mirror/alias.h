#pragma once
// The operator's word on whose repositories a namespace here is for, which else the first to come
// decides (mirror_names.h).

#include <string>

#include "federation/format/node_id.h"
#include "storage/base/sqlite.h"

namespace banyan::federation {

// From now on NAMESPACE/NAME here is what that node calls so; what is mirrored of it is renamed.
// Mirrors of another node that were called so get the form that names their node, which leads to
// them always. Returns the name. Conflict when a user or organisation of this node has it, Invalid
// for this node itself and for what is no name. Inside Database::Write.
Result<std::string> AliasNamespace(storage::Connection& connection, const NodeId& node,
                                   const std::string& name, std::int64_t now_ms);

}  // namespace banyan::federation
