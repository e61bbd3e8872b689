#include "federation/format/state_entry.h"

#include "federation/format/canonical_json.h"
#include "storage/base/json.h"

namespace banyan::federation {

Result<StateEntry> StateEntry::Parse(const Json& entry) {
  const auto root = TRY(TakeHash<Sha256>(entry, "root"));
  const auto cards = TRY(TakeCount(entry, "cards"));
  return StateEntry{root, cards};
}

Bytes StateEntry::Render() const {
  return MustRenderCanonical(
      {{"t", "state"}, {"v", 1}, {"root", HashText(root)}, {"cards", cards}});
}

}  // namespace banyan::federation
