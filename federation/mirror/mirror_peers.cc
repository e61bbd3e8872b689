#include "federation/mirror/mirror_peers.h"

namespace banyan::federation {

MirrorPeers::MirrorPeers(Clock& clock, std::span<PeerSource* const> peers,
                         const std::atomic<bool>& cancelled, int rounds)
    : clock_(clock),
      cancelled_(cancelled),
      nodes_(clock, std::vector<ContentSource*>(peers.begin(), peers.end()), cancelled, rounds) {}

Status MirrorPeers::AskUnlessLiar(PeerSource& peer, const Ask& ask) {
  const auto liar = liars_.find(&peer);
  if (liar != liars_.end()) {
    return Error(Errc::NotFound,
                 "not asked any more, since it sent wrong content: " + liar->second);
  }
  Status asked = ask(peer);
  if (asked || stopped_) return asked;
  const Errc code = asked.error().code();
  if (code != Errc::Corrupt && code != Errc::TooLarge) return asked;
  const auto& what = asked.error().message();
  liars_.emplace(&peer, what);
  lies_.push_back({peer.Name(), what});
  return Error(Errc::NotFound, what);
}

Status MirrorPeers::Try(const Ask& ask) {
  Status tried = nodes_.Try(
      [&](ContentSource& source) { return AskUnlessLiar(static_cast<PeerSource&>(source), ask); });
  if (!stopped_) return tried;
  Error error = *std::move(stopped_);
  stopped_.reset();
  return error;
}

Status MirrorPeers::Stop(Error error) {
  stopped_ = std::move(error);
  return Error(Errc::Cancelled, "the fault is no peer's");
}

Status MirrorPeers::RequireGoingOn() const {
  return cancelled_ ? Status(Error(Errc::Cancelled, "interrupted")) : Ok();
}

}  // namespace banyan::federation
