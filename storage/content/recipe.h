#pragma once
// A file's recipe: where its chunks are, as runs of consecutive chunks of one pack. Local to a
// node (what travels is the chunk list). Terms name a pack by its id; compaction keeps ids.

#include <cstdint>
#include <vector>

#include "storage/base/bytes.h"
#include "storage/base/result.h"

namespace banyan::storage {

using PackId = std::uint32_t;  // > 0

struct Term {
  PackId pack = 0;
  std::uint32_t first = 0;       // index of the first chunk
  std::uint32_t count = 0;       // >= 1
  std::uint64_t size_bytes = 0;  // raw size of the run, so that a seek opens one pack
  auto operator<=>(const Term&) const = default;
};

// Where one chunk is.
struct ChunkLocation {
  PackId pack = 0;
  std::uint32_t index = 0;
  auto operator<=>(const ChunkLocation&) const = default;
};

struct Recipe {
  std::vector<Term> terms;
  // Appends one chunk, extending the last term where it continues.
  void Append(PackId pack, std::uint32_t index, std::uint32_t size_bytes);
  auto operator<=>(const Recipe&) const = default;
};

// Varint form: count, then per term pack, first, count, size. Parse is strict (Corrupt).
Bytes EncodeRecipe(const Recipe& recipe);
Result<Recipe> ParseRecipe(ByteView bytes);

}  // namespace banyan::storage
