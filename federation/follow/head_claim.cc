#include "federation/follow/head_claim.h"

#include "federation/format/checkpoint.h"
#include "federation/format/note.h"

namespace banyan::federation {

Result<HeadClaim> HeadClaim::Parse(const std::string& note) {
  const auto parsed = TRY(SignedNote::Parse(note));
  const auto checkpoint = TRY(Checkpoint::Parse(parsed.text));
  return HeadClaim{TRY(LogName::Parse(checkpoint.origin)), checkpoint.state};
}

}  // namespace banyan::federation
