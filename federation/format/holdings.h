#pragma once
// What share of a manifest's content a node says that it holds (PROTOCOL.md section 7). It is about
// content, never about the entries of a log. Values.

#include <optional>
#include <string>
#include <string_view>

#include "storage/base/digest.h"
#include "storage/base/json_fwd.h"
#include "storage/base/result.h"

namespace banyan::federation {

inline constexpr std::size_t kMaxHoldingsBytes = 4096;

// Of a manifest's files, submodules left out.
struct Holdings {
  std::uint64_t files = 0;
  std::uint64_t bytes = 0;
  std::uint64_t held_files = 0;
  std::uint64_t held_bytes = 0;
  // When the last of these came, in seconds since 1970; nullopt: none did, or it is not said.
  std::optional<std::int64_t> since_s;
  bool operator==(const Holdings&) const = default;
};

struct HoldingsPage {
  Sha256 manifest;
  Holdings holdings;

  // Invalid for what is no such statement, says that more is held than there is, or since a time
  // after the year 9999.
  static Result<HoldingsPage> Parse(std::string_view text);
  Json ToJson() const;
  bool operator==(const HoldingsPage&) const = default;
};

// "/fed/holdings/<hash>"
std::string HoldingsPath(const Sha256& manifest);

}  // namespace banyan::federation
