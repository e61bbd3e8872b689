// What parses as canonical JSON renders to the same bytes; a card, block, genesis, opening, state
// or addresses in it render to an entry that parses to the same again.

#include <algorithm>

#include "federation/format/address_entry.h"
#include "federation/format/block.h"
#include "federation/format/canonical_json.h"
#include "federation/format/card.h"
#include "federation/format/entry_bundle.h"
#include "federation/format/opening.h"
#include "federation/format/state_entry.h"
#include "storage/base/json.h"

namespace banyan::federation {
namespace {

constexpr std::size_t kTypeAndVersionBytes = 32;

void TryEntry(const Json& entry) {
  if (const auto card = Card::Parse(entry)) {
    const auto rendered = card->Render();
    if (rendered) ENSURE(*Card::Parse(*ParseCanonical(*rendered)) == *card);
  }
  if (const auto block = Block::Parse(entry)) {
    ENSURE(*Block::Parse(*ParseCanonical(block->Render())) == *block);
  }
  if (const auto genesis = Genesis::Parse(entry)) {
    const auto rendered = genesis->Render();
    ENSURE(Genesis::Parse(*ParseCanonical(rendered))->Render() == rendered);
  }
  if (const auto opening = Opening::Parse(entry)) {
    const auto rendered = opening->Render();
    ENSURE(Opening::Parse(*ParseCanonical(rendered))->Render() == rendered);
  }
}

void TryStateAndAddresses(const Json& entry) {
  if (const auto state = StateEntry::Parse(entry)) {
    ENSURE(*StateEntry::Parse(*ParseCanonical(state->Render())) == *state);
  }
  if (const auto addresses = AddressEntry::Parse(entry)) {
    ENSURE(*AddressEntry::Parse(*ParseCanonical(addresses->Render())) == *addresses);
    for (const auto& address : addresses->addresses) {
      ENSURE(IsDialable(address) || !IsAnnounceable(address));
    }
  }
}

void TryInput(ByteView input) {
  const auto entry = ParseCanonical(input);
  if (!entry) return;
  const auto rendered = RenderCanonical(*entry);
  ENSURE(rendered.has_value());
  ENSURE(std::equal(rendered->begin(), rendered->end(), input.begin(), input.end()));
  TryEntry(*entry);
  // With the type and version that others look at, which may be lacking here.
  if (input.size() + kTypeAndVersionBytes <= CanonicalLimits().max_bytes) {
    TryStateAndAddresses(*entry);
  }
}

}  // namespace
}  // namespace banyan::federation

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  banyan::federation::TryInput({data, size});
  return 0;
}
