#pragma once
// The journal of heads begins anew.

#include "storage/base/sqlite.h"

namespace banyan::federation {

// Under another id, so that peers read it from its beginning: the catalog may have been put back,
// and its numbers say something else than they did. At each start of a node, before it answers;
// inside Database::Write.
Status BeginJournal(storage::Connection& connection);

}  // namespace banyan::federation
