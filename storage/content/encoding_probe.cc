#include "storage/content/encoding_probe.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <functional>

namespace banyan::storage {
namespace {

constexpr std::size_t kSampleWords = 1024;  // of 4 bytes: 1,024 bytes of each of four planes
constexpr std::size_t kRunWords = 32;       // taken in runs, for the sake of the cache
// A finer split must promise this much more: each plane adds a header, and samples are noisy.
constexpr float kSplitGainBits = 0.08f;

using Histogram = std::array<std::uint32_t, 256>;

std::array<Histogram, kMaxPlanes> SampleWords(ByteView raw) {
  std::array<Histogram, kMaxPlanes> histograms{};
  const std::size_t words = raw.size() / 4;
  const std::size_t runs = kSampleWords / kRunWords;
  const std::size_t stride = std::max(words / runs, kRunWords);
  for (std::size_t start = 0; start + kRunWords <= words; start += stride) {
    for (std::size_t i = start; i < start + kRunWords; ++i) {
      const auto word = LoadLe<std::uint32_t>(raw.data() + 4 * i);
      ++histograms[0][word & 0xFF];
      ++histograms[1][word >> 8 & 0xFF];
      ++histograms[2][word >> 16 & 0xFF];
      ++histograms[3][word >> 24];
    }
  }
  return histograms;
}

Histogram operator+(const Histogram& a, const Histogram& b) {
  Histogram sum;
  std::transform(a.begin(), a.end(), b.begin(), sum.begin(), std::plus<>());
  return sum;
}

// Within 0.01 of the logarithm of x >= 1, at a fraction of the library's cost.
float ApproximateLog2(float x) {
  const auto bits = std::bit_cast<std::uint32_t>(x);
  const auto exponent = static_cast<float>(static_cast<int>(bits >> 23) - 127);
  const auto mantissa = std::bit_cast<float>((bits & 0x7FFFFFu) | 0x3F800000u);  // in [1, 2)
  return exponent + (2.0f - mantissa / 3.0f) * mantissa - 5.0f / 3.0f;
}

ByteStatistics StatisticsOf(const Histogram& histogram) {
  float total = 0;
  float weighted = 0;
  float squares = 0;
  int symbols = 0;
  for (const std::uint32_t entry : histogram) {
    const auto count = static_cast<float>(static_cast<int>(entry));
    symbols += entry != 0;
    total += count;
    weighted += count * ApproximateLog2(count);
    squares += count * count;
  }
  // A sample understates entropy by about (symbols - 1) / 2n nats (Miller and Madow).
  const float bias = static_cast<float>(symbols - 1) / (2 * total * std::log(2.0f));
  const float bits = std::log2(total) - weighted / total + bias;
  return {std::clamp(bits, 0.0f, 8.0f), squares / (total * total)};
}

}  // namespace

SplitProbe ProbeSplit(ByteView raw) {
  const auto h = SampleWords(raw);
  const auto even = h[0] + h[2];
  const auto odd = h[1] + h[3];
  const auto whole = StatisticsOf(even + odd);
  const SplitProbe unsplit = {whole, 1, {whole}};
  const SplitProbe two = {whole, 2, {StatisticsOf(even), StatisticsOf(odd)}};
  const SplitProbe four = {
      whole, 4, {StatisticsOf(h[0]), StatisticsOf(h[1]), StatisticsOf(h[2]), StatisticsOf(h[3])}};
  const auto mean_bits = [](const SplitProbe& probe) {
    float sum = 0;
    for (std::size_t g = 0; g < probe.plane_count; ++g) sum += probe.planes[g].entropy_bits;
    return sum / static_cast<float>(probe.plane_count);
  };
  SplitProbe best = unsplit;
  for (const auto& finer : {two, four}) {
    if (mean_bits(finer) + kSplitGainBits < mean_bits(best)) best = finer;
  }
  return best;
}

bool HasRepeats(ByteView bytes, const ByteStatistics& statistics) {
  constexpr std::size_t kWindow = 2048;
  constexpr int kMatchBytes = 6;
  constexpr int kSlotBits = 12;
  constexpr std::uint64_t kMultiplier = 0x9E3779B97F4A7C15u;
  if (bytes.size() < kWindow + 8) return true;  // so little that a search costs nothing
  std::array<std::uint16_t, std::size_t{1} << kSlotBits> last_seen{};  // position in the window
  const std::uint8_t* window = bytes.data() + (bytes.size() - kWindow - 8) / 2;
  const auto key = [window](std::size_t at) {
    return LoadLe<std::uint64_t>(window + at) << (64 - 8 * kMatchBytes);
  };
  std::size_t hits = 0;
  for (std::size_t at = 1; at < kWindow; ++at) {
    const std::uint64_t here = key(at);
    auto& slot = last_seen[(here * kMultiplier) >> (64 - kSlotBits)];
    hits += key(slot) == here;  // an unused slot names position 0, which is as good as any
    slot = static_cast<std::uint16_t>(at);
  }
  const float by_chance = kWindow / 2 * std::pow(statistics.collision, float{kMatchBytes});
  return static_cast<float>(hits) > kWindow * (0.01f + 2 * std::min(by_chance, 1.0f));
}

}  // namespace banyan::storage
