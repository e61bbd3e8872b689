// What parses as canonical JSON renders to the same bytes; a card, block, genesis or opening in it
// renders to an entry that parses to the same again.

#include <algorithm>

#include "federation/format/block.h"
#include "federation/format/canonical_json.h"
#include "federation/format/card.h"
#include "federation/format/opening.h"
#include "storage/base/json.h"

namespace banyan::federation {
namespace {

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

void TryInput(ByteView input) {
  const auto entry = ParseCanonical(input);
  if (!entry) return;
  const auto rendered = RenderCanonical(*entry);
  ENSURE(rendered.has_value());
  ENSURE(std::equal(rendered->begin(), rendered->end(), input.begin(), input.end()));
  TryEntry(*entry);
}

}  // namespace
}  // namespace banyan::federation

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  banyan::federation::TryInput({data, size});
  return 0;
}
