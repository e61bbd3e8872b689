#include "federation/mirror/mirror_peers.h"

#include <algorithm>

namespace banyan::federation {

MirrorPeers::MirrorPeers(Clock& clock, std::span<PeerSource* const> peers,
                         const std::atomic<bool>& cancelled, int rounds)
    : clock_(clock),
      peers_(peers.begin(), peers.end()),
      cancelled_(cancelled),
      rounds_(rounds),
      own_lies_(std::make_unique<PeerLies>()),
      lies_(own_lies_.get()),
      nodes_(clock, {peers_.begin(), peers_.end()}, cancelled, rounds) {}

MirrorPeers::MirrorPeers(const MirrorPeers& of, std::vector<PeerSource*> peers)
    : clock_(of.clock_),
      peers_(std::move(peers)),
      cancelled_(of.cancelled_),
      rounds_(of.rounds_),
      lies_(of.lies_),
      nodes_(clock_, {peers_.begin(), peers_.end()}, cancelled_, rounds_) {}

MirrorPeers MirrorPeers::Beside(std::size_t first) const {
  auto peers = peers_;
  if (!peers.empty()) {
    const auto middle = peers.begin() + static_cast<std::ptrdiff_t>(first % peers.size());
    std::rotate(peers.begin(), middle, peers.end());
  }
  return {*this, std::move(peers)};
}

Status MirrorPeers::AskUnlessLiar(PeerSource& peer, const Ask& ask) {
  if (const auto lie = lies_->Of(peer)) {
    return Error(Errc::NotFound, "not asked any more, since it sent wrong content: " + *lie);
  }
  Status asked = ask(peer);
  if (asked || stopped_) return asked;
  const Errc code = asked.error().code();
  if (code != Errc::Corrupt && code != Errc::TooLarge) return asked;
  const auto& what = asked.error().message();
  lies_->Note(peer, what);
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
