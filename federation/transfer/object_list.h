#pragma once
// Several objects in one answer (PROTOCOL.md section 7, POST /fed/o): u32 length and bytes of each,
// in the order in which they were asked for. Pure functions.

#include <optional>
#include <vector>

#include "storage/base/bytes.h"
#include "storage/base/result.h"

namespace banyan::federation {

inline constexpr std::size_t kMaxObjectsAsked = 1024;
inline constexpr std::size_t kMaxObjectsBytes = 8u << 20;  // of an answer; ends after a whole one
inline constexpr std::size_t kMaxReceivedObjectBytes = 1u << 20;  // of one, to who asked
// Of a whole answer, with the length of each object.
inline constexpr std::size_t kMaxObjectsAnswerBytes =
    kMaxObjectsBytes + kMaxReceivedObjectBytes + 4 * (kMaxObjectsAsked + 1);

// nullopt: it is not there.
Bytes EncodeObject(const std::optional<ByteView>& object);
// One to `asked` of them. Invalid for more, none, one over kMaxReceivedObjectBytes, or an end in
// the middle of one.
Result<std::vector<std::optional<Bytes>>> ParseObjects(ByteView body, std::size_t asked);

}  // namespace banyan::federation
