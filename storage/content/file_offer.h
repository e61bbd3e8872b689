#pragma once
// What a client offers to upload, on the wire (storage/content/FORMAT.md section 8): files by
// identity and chunk list. Kept by the node with the session, so that a list travels once.

#include <vector>

#include "storage/content/chunk.h"

namespace banyan::storage {

struct OfferedFile {
  Sha256 sha256;
  std::uint64_t size_bytes = 0;
  ChunkList chunks;  // adds up to size_bytes; empty for the empty file
  auto operator<=>(const OfferedFile&) const = default;
};

// A 50 GiB file has some 820,000 chunks; one offer may hold at most this many in all.
inline constexpr std::size_t kMaxOfferChunks = 2u << 20;
inline constexpr std::size_t kMaxOfferFiles = 10000;

Bytes EncodeOffer(std::span<const OfferedFile> files);
// Strict: Invalid for wrong magic, impossible sizes, lists that do not add up, trailing bytes;
// TooLarge past the limits.
Result<std::vector<OfferedFile>> ParseOffer(ByteView bytes);

// The answer: bit i (byte i / 8, bit i % 8) is 1 when the i-th chunk of the offer is lacking.
Bytes EncodeBitmap(const std::vector<bool>& bits);
Result<std::vector<bool>> ParseBitmap(ByteView bytes, std::size_t count);

}  // namespace banyan::storage
