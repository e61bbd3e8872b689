#pragma once
// That a log was forked: two signed heads of it that no log joins (PROTOCOL.md section 9), as one
// file: the body of /fed/<node id>/<epoch>/fork. A value.

#include <string>
#include <string_view>

#include "federation/format/log_name.h"
#include "federation/format/note.h"

namespace banyan::federation {

inline constexpr std::size_t kMaxEvidenceBytes = 2 * kMaxNoteBytes + 64;

struct ForkEvidence {
  std::string first;  // notes; not verified here
  std::string second;

  // TooLarge past the limit above, Invalid for anything that ToString would not give back.
  static Result<ForkEvidence> Parse(std::string_view text);
  std::string ToString() const;
  bool operator==(const ForkEvidence&) const = default;
};

// Where a peer shows it.
std::string EvidencePath(const LogName& name);

}  // namespace banyan::federation
