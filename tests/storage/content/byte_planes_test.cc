#include "storage/content/byte_planes.h"

#include <random>

#include "tests/support/must.h"

using namespace banyan;
using namespace banyan::storage;

namespace {

Bytes Noise(std::size_t size) {
  std::mt19937 random(static_cast<unsigned>(size));
  Bytes out(size);
  for (auto& byte : out) byte = static_cast<std::uint8_t>(random());
  return out;
}

std::vector<ByteView> PlanesOf(const Bytes& split, std::size_t planes) {
  std::vector<ByteView> views;
  std::size_t at = 0;
  for (std::size_t g = 0; g < planes; ++g) {
    views.push_back(ByteView(split).subspan(at, PlaneSize(split.size(), planes, g)));
    at += views.back().size();
  }
  REQUIRE(at == split.size());
  return views;
}

}  // namespace

TEST_CASE("PlanesHoldEveryKthByte") {
  Bytes split(10);
  const Bytes raw = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
  SplitPlanes(raw, 4, split);
  REQUIRE(split == Bytes{0, 4, 8, 1, 5, 9, 2, 6, 3, 7});
  SplitPlanes(raw, 2, split);
  REQUIRE(split == Bytes{0, 2, 4, 6, 8, 1, 3, 5, 7, 9});
}

TEST_CASE("SplitAgreesWithTheDefinitionAtEverySizeAndJoinIsItsInverse") {
  for (const std::size_t planes : {2u, 4u}) {
    for (std::size_t size = 0; size < 600; ++size) {
      const auto raw = Noise(size);
      Bytes split(size);
      SplitPlanes(raw, planes, split);
      const auto views = PlanesOf(split, planes);
      bool same = true;
      for (std::size_t p = 0; p < size; ++p) same &= views[p % planes][p / planes] == raw[p];
      INFO("planes " << planes << " size " << size);
      REQUIRE(same);
      Bytes joined(size);
      JoinPlanes(views, joined);
      REQUIRE(joined == raw);
    }
  }
}
