#pragma once
// What whoever publishes a repository states about it: whether it is as it should be, and if not,
// why and where. A takedown is such a statement; each node answers it by its own policy
// (federation/PROTOCOL.md sections 4 and 10). Values.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "storage/base/result.h"

namespace banyan::storage {

enum class StandingStatus {
  Live = 0,
  Yanked = 1,     // still there, but better not used
  Withdrawn = 2,  // taken back by its author
  Removed = 3,    // taken down
};

enum class StandingReason {
  Author,
  Quality,
  Security,
  Licence,
  Copyright,
  Privacy,
  Court,
  Safety,
  Other,
};

struct Standing {
  StandingStatus status = StandingStatus::Live;
  std::optional<StandingReason> reason;  // none when live
  std::vector<std::string> scope;        // ISO 3166-1 alpha-2 country codes; empty is everywhere
  bool operator==(const Standing&) const = default;

  // Files and history are stated with it.
  bool HasContent() const { return status <= StandingStatus::Yanked; }
  // "removed: copyright in DE, FR"; "live".
  std::string ToString() const;
};

inline constexpr std::size_t kMaxScope = 16;  // countries

// "live", "yanked", "withdrawn", "removed", and the reasons in lower case. Invalid for others.
std::string_view ToString(StandingStatus status);
std::string_view ToString(StandingReason reason);
Result<StandingStatus> ParseStandingStatus(std::string_view text);
Result<StandingReason> ParseStandingReason(std::string_view text);
// Two capital letters each. Invalid for anything else, or too many.
Status ValidateScope(const std::vector<std::string>& scope);

}  // namespace banyan::storage
