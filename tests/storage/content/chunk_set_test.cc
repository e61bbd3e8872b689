#include "storage/content/chunk_set.h"

#include "tests/support/must.h"

using namespace banyan;
using storage::ChunkSet;

namespace {

ChunkSet Of(std::size_t size, std::initializer_list<std::size_t> numbers) {
  ChunkSet set(size);
  for (const auto i : numbers) set.Add(i);
  return set;
}

}  // namespace

TEST_CASE("ASetOfChunksIsOneBitEachLowestFirst") {
  CHECK(Of(9, {0, 3, 8}).Encode() == Bytes{0x09, 0x01});
  CHECK(MUST(ChunkSet::Parse(Bytes{0x09, 0x01}, 9)) == Of(9, {0, 3, 8}));
  for (const std::size_t size : {0u, 1u, 7u, 8u, 63u, 64u, 65u, 1000u}) {
    const auto all = ChunkSet::All(size);
    CHECK(all.Count() == size);
    CHECK(all.IsAll());
    CHECK(MUST(ChunkSet::Parse(all.Encode(), size)) == all);
  }
}

TEST_CASE("ASetWithOtherBitsThanItsChunksIsRefused") {
  MUST_FAIL(ChunkSet::Parse(Bytes{0x01, 0x02}, 9), Errc::Invalid);
  MUST_FAIL(ChunkSet::Parse(Bytes{0x01}, 9), Errc::Invalid);
  MUST_FAIL(ChunkSet::Parse(Bytes{0x01, 0, 0}, 9), Errc::Invalid);
  MUST_FAIL(ChunkSet::Parse(Bytes{0}, 0), Errc::Invalid);
}

TEST_CASE("TheNextOfASetAndItsPartsAreFound") {
  const auto set = Of(200, {5, 63, 64, 199});
  CHECK(set.NextFrom(0) == 5);
  CHECK(set.NextFrom(6) == 63);
  CHECK(set.NextFrom(64) == 64);
  CHECK(set.NextFrom(65) == 199);
  CHECK_FALSE(set.NextFrom(200).has_value());
  CHECK(set.Part(60, 10) == Of(10, {3, 4}));
  CHECK(set.Part(65, 134).IsEmpty());
}

TEST_CASE("SetsAreJoinedCutAndSubtracted") {
  auto set = Of(100, {1, 2, 99});
  set |= Of(100, {3});
  CHECK(set == Of(100, {1, 2, 3, 99}));
  set &= Of(100, {2, 3, 99, 50});
  CHECK(set == Of(100, {2, 3, 99}));
  set -= Of(100, {3, 4});
  CHECK(set == Of(100, {2, 99}));
  set.Remove(2);
  CHECK(set.Count() == 1);
}
