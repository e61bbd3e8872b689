#pragma once
// What the catalog remembers of damage that scrubs found (FORMAT.md section 9), so that uploads
// store anew what is damaged, after a restart too, and mirrors fetch it. Internal to storage.

#include <functional>

#include "storage/content/content_core.h"
#include "storage/content/scrub.h"

namespace banyan::storage {

// Of a recipe: damaged when it uses a chunk that a scrub found so, perhaps since it was placed.
enum class Condition { Whole, Damaged };  // as the column says it
Result<Condition> ConditionOf(Connection& connection, const Recipe& recipe);

// Tells the packs which of their chunks are known to be damaged. At the start.
Status LoadDamage(ContentCore& core);

// Fills report.damaged_files, and records it all, in one transaction with `also`. What an earlier
// scrub found in a pack that was read whole now, and was not found again, is forgotten.
Status RecordDamage(ContentCore& core, ScrubReport& report,
                    const std::function<Status(Connection&)>& also);

}  // namespace banyan::storage
