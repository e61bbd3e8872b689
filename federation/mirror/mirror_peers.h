#pragma once
// The peers of one run. They are asked one after another (fetch_nodes.h); one that sends what does
// not hash to what was asked for is passed over for the rest of the run, and remembered.

#include <map>
#include <span>

#include "federation/transfer/fetch_nodes.h"
#include "federation/transfer/peer_source.h"

namespace banyan::federation {

struct PeerLie {
  std::string peer;  // its address
  std::string what;
};

// Used by one thread. Borrows all.
class MirrorPeers {
 public:
  MirrorPeers(Clock& clock, std::span<PeerSource* const> peers, const std::atomic<bool>& cancelled,
              int rounds = 4);

  // Calls `ask` with one peer after another until it succeeds. Corrupt and TooLarge from it are
  // the peer's lies. The error is the last peer's, but NotFound for a lie: it says nothing against
  // what was asked for, which is still to be had.
  using Ask = std::function<Status(PeerSource&)>;
  Status Try(const Ask& ask);
  // For `ask` to return when the fault is no peer's: Try then ends with this error.
  Status Stop(Error error);

  Clock& clock() { return clock_; }
  // Cancelled once the caller asked to stop.
  Status RequireGoingOn() const;
  const std::vector<PeerLie>& lies() const { return lies_; }

 private:
  Status AskUnlessLiar(PeerSource& peer, const Ask& ask);

  Clock& clock_;
  const std::atomic<bool>& cancelled_;
  FetchNodes nodes_;
  std::vector<PeerLie> lies_;
  std::map<const PeerSource*, std::string> liars_;  // and what they sent
  std::optional<Error> stopped_;
};

}  // namespace banyan::federation
