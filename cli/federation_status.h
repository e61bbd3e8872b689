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
// Outside the policy's hours it fetches nothing, unless it was just told to do so all the same.
enum class Hours { AsInPolicy, Any };
void NoteProblems(Session& session, const Json& status, Hours fetched = Hours::AsInPolicy);

// Unavailable when no peer answered when it was asked last, NotFound when there is none to ask.
Status RequireAnswer(const Json& status);

}  // namespace banyan::cli
