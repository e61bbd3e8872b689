#pragma once
// Who is seen in the local network, through sessions that may end at any time.

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "node/neighbour_session.h"
#include "storage/base/clock.h"

namespace banyan::node {

// Used by one thread. While it lives this node is announced.
class Neighbours {
 public:
  using Open = std::function<Result<std::unique_ptr<NeighbourSession>>(const OwnAnnouncement&)>;
  explicit Neighbours(Clock& clock, Open open = OpenAvahi)
      : clock_(clock), open_(std::move(open)) {}

  // To be called again and again. All that announce themselves now, when these are others than the
  // last time. Opens a session if there is none; where that fails, or it is over, nobody is seen,
  // the reason is logged once, and the next try comes after ten seconds.
  std::optional<std::vector<federation::Neighbour>> Look(const OwnAnnouncement& own);

 private:
  void Connect(const OwnAnnouncement& own);
  void Note(const std::string& problem);

  Clock& clock_;
  const Open open_;
  std::unique_ptr<NeighbourSession> session_;
  std::optional<std::int64_t> tried_ms_;  // monotonic
  std::string problem_;                   // as logged last; empty: none
  std::vector<federation::Neighbour> seen_;
};

}  // namespace banyan::node
