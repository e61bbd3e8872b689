#pragma once
// What a peer holds of the own log, against what is here: asked before anything is signed
// (PROTOCOL.md section 6). The own log is read from a peer as any other is, and nothing is believed
// that its own keys did not sign.

#include "federation/follow/log_replay.h"
#include "federation/own_origin.h"
#include "federation/transfer/peer_source.h"

namespace banyan::federation {

struct PeerView {
  enum class Kind {
    Nothing,  // it holds nothing of the own log, or shows what is not signed by its keys
    Agrees,   // what it holds begins what is here, or what is here is at a later epoch
    Longer,   // and what is here begins it: it was appended here
    Forked,   // signed here and signed there, and no log joins the two: the evidence is kept
  };
  Kind kind = Kind::Nothing;
  // Of Forked: how many entries both begin with; 0 when the peer holds a repair by another copy,
  // from a history that is not the one here.
  std::uint64_t common = 0;
  // Of Agrees: how many entries it holds, when it is fewer than were signed here.
  std::optional<std::uint64_t> behind;
  std::uint64_t taken = 0;  // entries that were appended
  std::string problem;      // of Nothing: what is wrong with what it shows
};

// `page` is what the peer answered for EpochsPath. Entries that were not signed here yet may be
// taken back, to be appended again. `origin` is then of an earlier epoch than the log, when the
// peer held a later one. Errors: of the catalog, and of the peer when it does not go on answering.
Result<PeerView> CompareWithPeer(storage::Database& database, const OwnOrigin& origin,
                                 PeerSource& peer, ByteView page, std::int64_t now_ms);

// Where a peer shows it.
std::string EpochsPath(const NodeId& node);

}  // namespace banyan::federation
