#pragma once
// Entry bundles (C2SP tlog-tiles): the entries under one level-0 tile, each after its length as
// two bytes, big-endian. Pure functions.

#include <vector>

#include "storage/base/bytes.h"

namespace banyan::federation {

inline constexpr std::size_t kMaxEntryBytes = 16u << 10;

// At most 256 entries of at most kMaxEntryBytes: our own mistake otherwise.
Bytes WriteEntryBundle(const std::vector<Bytes>& entries);

// Exactly `count` entries (1 to 256) and nothing after them; else Invalid. TooLarge when an entry
// is over kMaxEntryBytes.
Result<std::vector<Bytes>> ReadEntryBundle(ByteView bundle, unsigned count);

}  // namespace banyan::federation
