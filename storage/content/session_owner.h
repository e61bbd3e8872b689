#pragma once
// Who uploads, and into which repository.

#include <compare>
#include <cstdint>

namespace banyan::storage {

// An account already known to have write access to the repository.
struct SessionOwner {
  std::int64_t user = 0;
  std::int64_t repository = 0;
  auto operator<=>(const SessionOwner&) const = default;
};

}  // namespace banyan::storage
