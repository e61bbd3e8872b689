#pragma once
// The peers of one run. They are asked one after another (fetch_nodes.h); one that sends what does
// not hash to what was asked for is passed over for the rest of the run, and remembered.

#include <memory>
#include <span>

#include "federation/mirror/peer_lies.h"
#include "federation/transfer/fetch_nodes.h"

namespace banyan::federation {

// Used by one thread; Beside makes one for another. Borrows all.
class MirrorPeers {
 public:
  MirrorPeers(Clock& clock, std::span<PeerSource* const> peers, const std::atomic<bool>& cancelled,
              int rounds = 4);

  // For another thread of the same run, which ends before this one: who lied to one is a liar to
  // both. The first of its peers is the one with this number, modulo their number.
  MirrorPeers Beside(std::size_t first) const;

  // Calls `ask` with one peer after another until it succeeds. Corrupt and TooLarge from it are
  // the peer's lies. The error is the last peer's, but NotFound for a lie: it says nothing against
  // what was asked for, which is still to be had.
  using Ask = std::function<Status(PeerSource&)>;
  Status Try(const Ask& ask);
  // For `ask` to return when the fault is no peer's: Try then ends with this error.
  Status Stop(Error error);

  Clock& clock() const { return clock_; }
  const std::vector<PeerSource*>& list() const { return peers_; }
  int rounds() const { return rounds_; }
  // Cancelled once the caller asked to stop.
  Status RequireGoingOn() const;
  PeerLies& lies() const { return *lies_; }

 private:
  MirrorPeers(const MirrorPeers& of, std::vector<PeerSource*> peers);
  Status AskUnlessLiar(PeerSource& peer, const Ask& ask);

  Clock& clock_;
  const std::vector<PeerSource*> peers_;
  const std::atomic<bool>& cancelled_;
  const int rounds_;
  const std::unique_ptr<PeerLies> own_lies_;  // of the first of a run
  PeerLies* const lies_;
  FetchNodes nodes_;
  std::optional<Error> stopped_;
};

}  // namespace banyan::federation
