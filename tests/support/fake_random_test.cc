#include "tests/support/fake_random.h"

#include <array>

#include "tests/support/catch.h"

using namespace banyan;

TEST_CASE("FakeRandomRepeatsItsSeed") {
  REQUIRE(FakeRandom(1).TakeBytes(13) == FakeRandom(1).TakeBytes(13));
  REQUIRE(FakeRandom(1).TakeBytes(13) != FakeRandom(2).TakeBytes(13));
  FakeRandom random(0);
  REQUIRE(random.Next() == 2947667278772165694u);  // as the C++ standard fixes mt19937_64
}

TEST_CASE("FakeRandomStaysBelowItsLimit") {
  FakeRandom random(3);
  std::array<int, 3> seen{};
  for (int i = 0; i < 300; ++i) ++seen.at(random.Below(3));
  for (const int count : seen) REQUIRE(count > 50);
}
