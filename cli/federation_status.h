#pragma once
// What the operation "federation" answers, as a table of origins.

#include "cli/session.h"
#include "storage/base/json.h"

namespace banyan::cli {

// One line for each origin that is followed; how much is here of it, and what is wrong.
Status PrintFederation(Session& session, const Json& status);

}  // namespace banyan::cli
