#include "federation/transfer/fetch_nodes.h"

#include <algorithm>

namespace banyan::federation {

namespace {

// What hashes wrongly again and again does not lie so in transit.
Status WithAdvice(Status status) {
  if (status || status.error().code() != Errc::Corrupt) return status;
  return Error(Errc::Corrupt, status.error().message() +
                                  ": the node's copy is damaged; its operator can find out with "
                                  "`banyan admin scrub`");
}

}  // namespace

Error AtNode(Error error, const ContentSource& node) {
  if (error.message().find(node.Name()) != std::string::npos) return error;
  return std::move(error).Context(node.Name());
}

Status FetchNodes::Round(const std::function<Status(ContentSource&)>& ask, bool& worth_repeating) {
  const std::size_t start = preferred_.load();
  Status last = Error(Errc::Unavailable, "no node to ask");
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    if (cancelled_) return Error(Errc::Cancelled, "interrupted");
    const std::size_t at = (start + i) % nodes_.size();
    Status status = ask(*nodes_[at]);
    if (status) {
      preferred_ = at;
      return status;
    }
    const Errc code = status.error().code();
    if (code == Errc::Cancelled || code == Errc::TooLarge || code == Errc::NoSpace) return status;
    if (code != Errc::NotFound && code != Errc::Denied && code != Errc::Io) worth_repeating = true;
    last = AtNode(std::move(status.error()), *nodes_[at]);
  }
  return last;
}

Status FetchNodes::Try(const std::function<Status(ContentSource&)>& ask) {
  std::int64_t pause_ms = 500;
  for (int round = 1;; ++round) {
    bool worth_repeating = false;
    Status status = Round(ask, worth_repeating);
    if (status || !worth_repeating || round >= rounds_) return WithAdvice(std::move(status));
    for (std::int64_t waited = 0; waited < pause_ms && !cancelled_; waited += 100) {
      clock_.SleepMs(100);
    }
    pause_ms = std::min<std::int64_t>(pause_ms * 2, 16000);
  }
}

}  // namespace banyan::federation
