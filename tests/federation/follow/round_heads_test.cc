#include "federation/follow/round_heads.h"

#include "tests/support/catch.h"

using namespace banyan::federation;

namespace {

HeadClaim Head(const char* node, std::uint64_t size, const char* root = "") {
  return {{NodeId(HashLeaf(banyan::AsBytes(node))), 0}, {size, HashLeaf(banyan::AsBytes(root))}};
}

using Claims = std::vector<std::optional<HeadClaim>>;
using Numbers = std::vector<std::size_t>;

}  // namespace

TEST_CASE("OfEachLogTheLargestHeadComesFirst") {
  RoundHeads heads;
  const Claims page = {Head("a", 1), Head("b", 7), std::nullopt, Head("a", 3), Head("a", 2)};
  CHECK(heads.Choose(page) == Numbers{3, 4, 0, 1});
}

TEST_CASE("AStateCountsOnceInARound") {
  RoundHeads heads;
  CHECK(heads.Choose(Claims(1000, Head("a", 5))) == Numbers{0});
  CHECK(heads.Choose({Head("a", 5), Head("a", 5, "other"), Head("a", 6)}) == Numbers{2, 1});
}

TEST_CASE("OfOneLogSomeHeadsCountAndThoseOfOthersAllTheSame") {
  RoundHeads heads;
  Claims page;
  for (std::uint64_t size = 1; size <= 1000; ++size) page.push_back(Head("a", size));
  page.push_back(Head("b", 1));
  const auto chosen = heads.Choose(page);
  REQUIRE(chosen.size() == kHeadsOfLog + 1);
  CHECK(chosen.front() == 999);
  CHECK(chosen.back() == 1000);
  CHECK(heads.Choose({Head("a", 2000)}).empty());
  CHECK(heads.Choose({Head("c", 1)}) == Numbers{0});
}
