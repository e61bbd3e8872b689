#pragma once
// Which of the heads that a peer shows in one round are looked at. An honest one shows one of each
// log, or in each page one of a log that grows meanwhile; whoever shows more may want the receiver
// to be busy with comparing them (row 11 of the attacks). A value; used by one thread.

#include <map>
#include <optional>
#include <vector>

#include "federation/follow/head_claim.h"

namespace banyan::federation {

inline constexpr std::size_t kPagesOfRound = 16;
inline constexpr std::size_t kHeadsOfLog = kPagesOfRound;  // in a round

class RoundHeads {
 public:
  // Of the claims of a page (nullopt: one that nobody asks about) those to be looked at, by their
  // numbers: logs in the order of the page, of each log the largest head first, so that it is what
  // is read and the others are compared with that. A state counts once in a round, and of each log
  // so many as above.
  std::vector<std::size_t> Choose(const std::vector<std::optional<HeadClaim>>& claims);

 private:
  using Log = std::pair<NodeId, std::uint64_t>;  // and epoch
  std::map<Log, std::vector<LogState>> chosen_;
};

}  // namespace banyan::federation
