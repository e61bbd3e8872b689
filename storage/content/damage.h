#pragma once
// What the catalog remembers of damage that scrubs found (FORMAT.md section 9), so that uploads
// store anew what is damaged, after a restart too, and mirrors fetch it. Internal to storage.

#include <functional>

#include "storage/content/content_core.h"
#include "storage/content/scrub.h"

namespace banyan::storage {

// Of a recipe: damaged when it uses a chunk that a scrub found so, perhaps since it was placed, or
// anything of a pack that could not be opened at all.
enum class Condition { Whole, Damaged };  // as the column says it
Result<Condition> ConditionOf(Connection& connection, const Recipe& recipe);

// Tells the packs which of their chunks are known to be damaged. At the start.
Status LoadDamage(ContentCore& core);

// Records which chunks are damaged; then, in one transaction with `also`, what follows for files,
// and fills report.damaged_files. What an earlier scrub found in a pack that was read whole now,
// and was not found again, is forgotten. A copy is given up for another only when it was read and
// is wrong.
Status RecordDamage(ContentCore& core, ScrubReport& report,
                    const std::function<Status(Connection&)>& also);

}  // namespace banyan::storage
