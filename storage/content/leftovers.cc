#include "storage/content/leftovers.h"

#include "storage/base/logging.h"
#include "storage/content/loose_places.h"

namespace banyan::storage {

Status HoldLeftovers(ContentCore& core, const SessionOwner& owner, const Recipe& chunks) {
  if (chunks.terms.empty()) return Ok();
  return core.database.Write([&](Connection& connection) -> Status {
    const auto session = TRY(LeftoverSession(connection, owner));
    if (!session) return Ok();
    for (const Term& term : chunks.terms) {
      TRY(HoldPlaces(connection, *session, term, TRY(core.packs->RawSizesOf(term))));
    }
    return Ok();
  });
}

PinnedUpload::~PinnedUpload() {
  if (is_kept_) return;
  const Status held = HoldLeftovers(core_, owner_, recipe());
  if (!held) log::Warning("storage", "leftovers not counted error=\"{}\"", held.error().message());
}

}  // namespace banyan::storage
