#pragma once
// A repository, what of its uploads is loose, and what the disk holds of everything.

#include "storage/content/loose_places.h"
#include "tests/support/store_fixture.h"

namespace banyan::tests {

struct LooseFixture : StoreFixture {
  std::int64_t repository = AddRepository("a", true);

  std::uint64_t Loose() {
    return MUST(storage::CountLooseBytes(*MUST(database->Read()), repository));
  }
  std::uint64_t StoredBytes() {
    auto& packs = *local().core().packs;
    std::uint64_t bytes = 0;
    for (const auto id : packs.OpenIds()) bytes += MUST(packs.Get(id))->payload_bytes();
    for (const auto id : packs.SealedIds()) bytes += MUST(packs.Get(id))->payload_bytes();
    return bytes;
  }
};

}  // namespace banyan::tests
