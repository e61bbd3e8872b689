#pragma once
// What a decision asks the world for, and what comes back. Values.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "storage/base/bytes.h"
#include "storage/base/digest.h"
#include "storage/base/result.h"

namespace banyan::federation {

// One file of a peer, or some of its objects. Exactly one Answer follows.
struct Ask {
  std::uint64_t id = 0;  // of this question, never used twice
  std::int64_t peer = 0;
  std::string path;  // "/fed/..."; empty: the objects
  std::size_t max_bytes = 0;
  std::vector<Sha256> objects;
};

struct Answer {
  std::uint64_t id = 0;
  std::optional<Error> error;
  Bytes body;                                 // of a file; empty when there was none
  std::vector<std::optional<Bytes>> objects;  // as PeerSource::GetObjects gives them
};

}  // namespace banyan::federation
