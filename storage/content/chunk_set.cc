#include "storage/content/chunk_set.h"

#include <algorithm>
#include <bit>

#include "storage/base/check.h"

namespace banyan::storage {

Status RequireRun(const ChunkRun& run, std::size_t chunks) {
  if (run.first >= run.end) return Error(Errc::Invalid, "run: expected first < end");
  if (run.end > chunks) {
    return Error(Errc::NotFound, "the section has " + std::to_string(chunks) + " chunks");
  }
  return Ok();
}

ChunkSet ChunkSet::All(std::size_t size) {
  ChunkSet set(size);
  std::ranges::fill(set.words_, ~std::uint64_t{0});
  if (size % kBits != 0) set.words_.back() = (std::uint64_t{1} << size % kBits) - 1;
  return set;
}

Result<ChunkSet> ChunkSet::Parse(ByteView bytes, std::size_t size) {
  ChunkSet set(size);
  const bool is_whole = bytes.size() == (size + 7) / 8;
  if (!is_whole || (size % 8 != 0 && bytes.back() >> size % 8 != 0)) {
    return Error(Errc::Invalid, "expected one bit for each of " + std::to_string(size) + " chunks");
  }
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    set.words_[i / 8] |= std::uint64_t{bytes[i]} << i % 8 * 8;
  }
  return set;
}

Bytes ChunkSet::Encode() const {
  Bytes bytes((size_ + 7) / 8);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    bytes[i] = static_cast<std::uint8_t>(words_[i / 8] >> i % 8 * 8);
  }
  return bytes;
}

std::size_t ChunkSet::Count() const {
  std::size_t count = 0;
  for (const auto word : words_) count += static_cast<std::size_t>(std::popcount(word));
  return count;
}

std::optional<std::size_t> ChunkSet::NextFrom(std::size_t i) const {
  for (std::size_t at = i / kBits; at < words_.size(); ++at) {
    const auto from = at == i / kBits ? words_[at] >> i % kBits << i % kBits : words_[at];
    if (from != 0) return at * kBits + static_cast<std::size_t>(std::countr_zero(from));
  }
  return {};
}

ChunkSet ChunkSet::Part(std::size_t first, std::size_t count) const {
  ENSURE(first <= size_ && count <= size_ - first);
  ChunkSet part(count);
  for (auto i = NextFrom(first); i && *i < first + count; i = NextFrom(*i + 1))
    part.Add(*i - first);
  return part;
}

ChunkSet& ChunkSet::operator|=(const ChunkSet& other) {
  ENSURE(size_ == other.size_);
  for (std::size_t i = 0; i < words_.size(); ++i) words_[i] |= other.words_[i];
  return *this;
}

ChunkSet& ChunkSet::operator&=(const ChunkSet& other) {
  ENSURE(size_ == other.size_);
  for (std::size_t i = 0; i < words_.size(); ++i) words_[i] &= other.words_[i];
  return *this;
}

ChunkSet& ChunkSet::operator-=(const ChunkSet& other) {
  ENSURE(size_ == other.size_);
  for (std::size_t i = 0; i < words_.size(); ++i) words_[i] &= ~other.words_[i];
  return *this;
}

Result<HeldChunks> HeldChunks::Parse(ByteView bytes, std::size_t size) {
  if (bytes.size() != EncodedBytes(size)) {
    return Error(Errc::Invalid, "expected two bits for each chunk");
  }
  HeldChunks held;
  held.here = TRY(ChunkSet::Parse(bytes.first(bytes.size() / 2), size));
  held.coming = TRY(ChunkSet::Parse(bytes.subspan(bytes.size() / 2), size));
  return held;
}

Bytes HeldChunks::Encode() const {
  Bytes bits = here.Encode();
  const Bytes others = coming.Encode();
  bits.insert(bits.end(), others.begin(), others.end());
  return bits;
}

}  // namespace banyan::storage
