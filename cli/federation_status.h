#pragma once
// What the operation "federation" answers, for people.

#include "cli/session.h"
#include "storage/base/json_fwd.h"

namespace banyan::cli {

// One line for each origin that is followed; how much is here of it, and what is wrong.
Status PrintFederation(Session& session, const Json& status);

// Remarks: which nodes signed to hold all of this node's log, up to where and since when.
void NoteHolders(Session& session, const Json& status);

// Remarks: what keeps the node from its work, and which peers do not answer, since when and why.
void NoteProblems(Session& session, const Json& status);

// Unavailable when there are peers and none answered when it was asked last.
Status RequireAnswer(const Json& status);

}  // namespace banyan::cli
