#pragma once
// The epochs of a log, each with a signed head: what an earlier one was closed with, and what the
// current one is at (PROTOCOL.md section 7): the body of /fed/<node id>/epochs. A value.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "storage/base/result.h"

namespace banyan::federation {

inline constexpr std::size_t kMaxEpochsBytes = 1u << 20;

struct EpochHead {
  std::uint64_t epoch = 0;
  std::string note;  // signed; not verified here
  bool operator==(const EpochHead&) const = default;
};

struct EpochsPage {
  std::vector<EpochHead> epochs;  // ascending, none left out after the first

  // TooLarge past the limit above, Invalid for anything that ToString would not give back.
  static Result<EpochsPage> Parse(std::string_view text);
  std::string ToString() const;
  bool operator==(const EpochsPage&) const = default;
};

}  // namespace banyan::federation
