#include "storage/content/byte_planes.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

// The block functions do whole blocks with SIMD and return how many bytes of each plane they did;
// the portable loops do the rest, which is everything where there is no SSE2.

namespace banyan::storage {
namespace {

using Plane = std::uint8_t*;
using ConstPlane = const std::uint8_t*;

#if defined(__SSE2__)

constexpr std::size_t kLane = sizeof(__m128i);

__m128i Load(const std::uint8_t* at) {
  return _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
}
void Store(std::uint8_t* at, __m128i value) {
  _mm_storeu_si128(reinterpret_cast<__m128i*>(at), value);
}
// The bytes at even and at odd positions of a, then b.
__m128i Even(__m128i a, __m128i b) {
  const __m128i mask = _mm_set1_epi16(0xFF);
  return _mm_packus_epi16(_mm_and_si128(a, mask), _mm_and_si128(b, mask));
}
__m128i Odd(__m128i a, __m128i b) {
  return _mm_packus_epi16(_mm_srli_epi16(a, 8), _mm_srli_epi16(b, 8));
}

std::size_t SplitBlocks2(ByteView raw, const std::array<Plane, kMaxPlanes>& out) {
  std::size_t at = 0;
  for (; (at + kLane) * 2 <= raw.size(); at += kLane) {
    const auto a = Load(raw.data() + 2 * at);
    const auto b = Load(raw.data() + 2 * at + kLane);
    Store(out[0] + at, Even(a, b));
    Store(out[1] + at, Odd(a, b));
  }
  return at;
}

std::size_t SplitBlocks4(ByteView raw, const std::array<Plane, kMaxPlanes>& out) {
  std::size_t at = 0;
  for (; (at + kLane) * 4 <= raw.size(); at += kLane) {
    const std::uint8_t* from = raw.data() + 4 * at;
    const auto a = Load(from);
    const auto b = Load(from + kLane);
    const auto c = Load(from + 2 * kLane);
    const auto d = Load(from + 3 * kLane);
    const auto even_low = Even(a, b);
    const auto even_high = Even(c, d);
    const auto odd_low = Odd(a, b);
    const auto odd_high = Odd(c, d);
    Store(out[0] + at, Even(even_low, even_high));
    Store(out[1] + at, Even(odd_low, odd_high));
    Store(out[2] + at, Odd(even_low, even_high));
    Store(out[3] + at, Odd(odd_low, odd_high));
  }
  return at;
}

std::size_t JoinBlocks2(const std::array<ConstPlane, kMaxPlanes>& in, std::span<std::uint8_t> raw) {
  std::size_t at = 0;
  for (; (at + kLane) * 2 <= raw.size(); at += kLane) {
    const auto a = Load(in[0] + at);
    const auto b = Load(in[1] + at);
    Store(raw.data() + 2 * at, _mm_unpacklo_epi8(a, b));
    Store(raw.data() + 2 * at + kLane, _mm_unpackhi_epi8(a, b));
  }
  return at;
}

std::size_t JoinBlocks4(const std::array<ConstPlane, kMaxPlanes>& in, std::span<std::uint8_t> raw) {
  std::size_t at = 0;
  for (; (at + kLane) * 4 <= raw.size(); at += kLane) {
    const auto a = Load(in[0] + at);
    const auto b = Load(in[1] + at);
    const auto c = Load(in[2] + at);
    const auto d = Load(in[3] + at);
    std::uint8_t* to = raw.data() + 4 * at;
    Store(to, _mm_unpacklo_epi16(_mm_unpacklo_epi8(a, b), _mm_unpacklo_epi8(c, d)));
    Store(to + kLane, _mm_unpackhi_epi16(_mm_unpacklo_epi8(a, b), _mm_unpacklo_epi8(c, d)));
    Store(to + 2 * kLane, _mm_unpacklo_epi16(_mm_unpackhi_epi8(a, b), _mm_unpackhi_epi8(c, d)));
    Store(to + 3 * kLane, _mm_unpackhi_epi16(_mm_unpackhi_epi8(a, b), _mm_unpackhi_epi8(c, d)));
  }
  return at;
}

#else

std::size_t SplitBlocks2(ByteView, const std::array<Plane, kMaxPlanes>&) { return 0; }
std::size_t SplitBlocks4(ByteView, const std::array<Plane, kMaxPlanes>&) { return 0; }
std::size_t JoinBlocks2(const std::array<ConstPlane, kMaxPlanes>&, std::span<std::uint8_t>) {
  return 0;
}
std::size_t JoinBlocks4(const std::array<ConstPlane, kMaxPlanes>&, std::span<std::uint8_t>) {
  return 0;
}

#endif

}  // namespace

void SplitPlanes(ByteView raw, std::size_t planes, std::span<std::uint8_t> out) {
  ENSURE((planes == 2 || planes == 4) && out.size() == raw.size());
  std::array<Plane, kMaxPlanes> to{};
  for (std::size_t g = 0, at = 0; g < planes; ++g) {
    to[g] = out.data() + at;
    at += PlaneSize(raw.size(), planes, g);
  }
  const std::size_t done = planes == 2 ? SplitBlocks2(raw, to) : SplitBlocks4(raw, to);
  for (std::size_t p = done * planes; p < raw.size(); ++p) to[p % planes][p / planes] = raw[p];
}

void JoinPlanes(std::span<const ByteView> planes, std::span<std::uint8_t> raw) {
  ENSURE(planes.size() == 2 || planes.size() == 4);
  std::array<ConstPlane, kMaxPlanes> from{};
  for (std::size_t g = 0; g < planes.size(); ++g) {
    ENSURE(planes[g].size() == PlaneSize(raw.size(), planes.size(), g));
    from[g] = planes[g].data();
  }
  const bool two = planes.size() == 2;
  const std::size_t done = two ? JoinBlocks2(from, raw) : JoinBlocks4(from, raw);
  for (std::size_t p = done * planes.size(); p < raw.size(); ++p) {
    raw[p] = from[p % planes.size()][p / planes.size()];
  }
}

}  // namespace banyan::storage
