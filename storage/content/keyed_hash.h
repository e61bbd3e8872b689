#pragma once
// Keyed BLAKE3 with 32 bytes of output: every hash that content is named by
// (storage/content/FORMAT.md section 2). Pure functions, safe for concurrent use.

#include <array>
#include <cstdint>

#include "storage/base/bytes.h"

namespace banyan::storage {

using HashKey = std::array<std::uint8_t, 32>;

std::array<std::uint8_t, 32> KeyedHash(const HashKey& key, ByteView bytes);

// The keys of the Xet specification; each keeps its kind of hash apart from all others.
inline constexpr HashKey kChunkKey = {  // raw chunk bytes; also whole shards
    102, 151, 245, 119, 91,  149, 80, 222, 49,  53,  203, 172, 165, 151, 24,  28,
    157, 228, 33,  16,  155, 235, 43, 88,  180, 208, 176, 75,  147, 173, 242, 41};
inline constexpr HashKey kInnerNodeKey = {  // the lines of a Merkle node's children
    1,  126, 197, 199, 165, 71,  41,  150, 253, 148, 102, 102, 180, 138, 2,   230,
    93, 221, 83,  111, 55,  199, 109, 210, 248, 99,  82,  230, 74,  83,  113, 63};
inline constexpr HashKey kRangeKey = {  // the raw chunk hashes of a run
    127, 24,  87, 214, 206, 86,  237, 102, 18, 127, 249, 19,  231, 165, 195, 243,
    164, 205, 38, 213, 181, 219, 73,  230, 65, 36,  152, 127, 40,  251, 148, 195};
inline constexpr HashKey kNoSalt = {};  // file hashes, as the public hub makes them

}  // namespace banyan::storage
