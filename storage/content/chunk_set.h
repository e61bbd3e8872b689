#pragma once
// A set of chunks by their numbers in a file or section: who holds which, and what is wanted. On
// the wire one bit a chunk, the lowest first. A value.

#include <cstdint>
#include <optional>
#include <vector>

#include "storage/base/bytes.h"
#include "storage/base/result.h"

namespace banyan::storage {

// Neighbours: chunks [first, end).
struct ChunkRun {
  std::size_t first = 0;
  std::size_t end = 0;
};
// Invalid when it is empty, NotFound when it goes past so many chunks.
Status RequireRun(const ChunkRun& run, std::size_t chunks);

class ChunkSet {
 public:
  ChunkSet() = default;
  // Of numbers below `size`: none of them.
  explicit ChunkSet(std::size_t size) : size_(size), words_((size + kBits - 1) / kBits) {}
  static ChunkSet All(std::size_t size);
  // Invalid when it is of another length, or has numbers that there are not.
  static Result<ChunkSet> Parse(ByteView bytes, std::size_t size);
  Bytes Encode() const;

  std::size_t size() const { return size_; }
  bool Has(std::size_t i) const { return (words_[i / kBits] >> i % kBits & 1) != 0; }
  void Add(std::size_t i) { words_[i / kBits] |= std::uint64_t{1} << i % kBits; }
  void Remove(std::size_t i) { words_[i / kBits] &= ~(std::uint64_t{1} << i % kBits); }
  std::size_t Count() const;
  bool IsEmpty() const { return !NextFrom(0); }
  bool IsAll() const { return Count() == size_; }
  // The first one that is not less than `i`.
  std::optional<std::size_t> NextFrom(std::size_t i) const;
  // The numbers [first, first + count), as a set of its own.
  ChunkSet Part(std::size_t first, std::size_t count) const;

  // With one of the same size.
  ChunkSet& operator|=(const ChunkSet& other);
  ChunkSet& operator&=(const ChunkSet& other);
  ChunkSet& operator-=(const ChunkSet& other);
  bool operator==(const ChunkSet&) const = default;

 private:
  static constexpr std::size_t kBits = 64;
  std::size_t size_ = 0;
  std::vector<std::uint64_t> words_;  // nothing is set from size_ on
};

// What is here of a file's chunks, and which others are asked for now, of one that has the whole.
// On the wire one set after the other.
struct HeldChunks {
  ChunkSet here;
  ChunkSet coming;

  static HeldChunks Whole(std::size_t size) { return {ChunkSet::All(size), ChunkSet(size)}; }
  // As ChunkSet::Parse.
  static Result<HeldChunks> Parse(ByteView bytes, std::size_t size);
  static std::size_t EncodedBytes(std::size_t size) { return 2 * ((size + 7) / 8); }
  Bytes Encode() const;
  bool IsWhole() const { return here.IsAll(); }
};

}  // namespace banyan::storage
