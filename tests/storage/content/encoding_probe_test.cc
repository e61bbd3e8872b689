#include "storage/content/encoding_probe.h"

#include <algorithm>
#include <cmath>

#include "tests/support/must.h"
#include "tests/support/sample_data.h"

using namespace banyan;
using namespace banyan::storage;

namespace {

constexpr std::size_t kSize = 65536;

std::size_t SplitOf(const Bytes& data) { return ProbeSplit(data).plane_count; }

}  // namespace

TEST_CASE("NumbersAreSplitByTheirWidth") {
  REQUIRE(SplitOf(SampleWeights(Number::BFloat16, kSize)) == 2);
  REQUIRE(SplitOf(SampleWeights(Number::Float16, kSize)) == 2);
  REQUIRE(SplitOf(SampleWeights(Number::Float32, kSize)) == 4);
  REQUIRE(SplitOf(SampleWeights(Number::BFloat16InFloat32, kSize)) == 4);
  REQUIRE(SplitOf(SampleTokens(kSize)) == 4);
}

TEST_CASE("AChunkMayStartInsideANumber") {
  auto data = SampleWeights(Number::Float32, kSize);
  for (int shift = 1; shift < 4; ++shift) {
    std::rotate(data.begin(), data.begin() + 1, data.end());
    REQUIRE(SplitOf(data) == 4);
  }
}

TEST_CASE("TextAndNoiseAndBytesAreNotSplit") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    INFO("seed " << seed);
    REQUIRE(SplitOf(SampleJsonLines(kSize, seed)) == 1);
    REQUIRE(SplitOf(SampleNoise(kSize, seed)) == 1);
    REQUIRE(SplitOf(SampleInt8Weights(kSize, seed)) == 1);
    REQUIRE(SplitOf(SampleNoise(kMinProbeBytes, seed)) == 1);
  }
  REQUIRE(SplitOf(Bytes(kSize)) == 1);
}

TEST_CASE("EntropyIsEstimatedFromTheSample") {
  REQUIRE(std::abs(ProbeSplit(SampleNoise(kSize)).whole.entropy_bits - 8.0f) < 0.03f);
  REQUIRE(std::abs(ProbeSplit(Bytes(kSize)).whole.entropy_bits - 0.0f) < 0.03f);
  const auto weights = ProbeSplit(SampleWeights(Number::BFloat16, kSize));
  REQUIRE(std::abs(weights.planes[0].entropy_bits - 7.97f) < 0.05f);
  REQUIRE(std::abs(weights.planes[1].entropy_bits - 2.68f) < 0.1f);
}

TEST_CASE("RepeatsAreThoseThatChanceDoesNotExplain") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    INFO("seed " << seed);
    const auto text = SampleJsonLines(kSize, seed);
    REQUIRE(HasRepeats(text, ProbeSplit(text).whole));
    const auto bytes = SampleInt8Weights(kSize, seed);
    REQUIRE_FALSE(HasRepeats(bytes, ProbeSplit(bytes).whole));
    const auto weights = SampleWeights(Number::BFloat16, kSize, seed);
    Bytes split(kSize);
    SplitPlanes(weights, 2, split);
    const auto high = ByteView(split).subspan(kSize / 2);
    REQUIRE_FALSE(HasRepeats(high, ProbeSplit(weights).planes[1]));
  }
}
