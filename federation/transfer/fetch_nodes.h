#pragma once
// Asking several nodes for the same thing: the first that works is kept, one that fails or lies is
// passed over, and when none works the round is repeated after a growing pause.

#include <atomic>
#include <functional>
#include <vector>

#include "federation/transfer/content_source.h"
#include "storage/base/clock.h"

namespace banyan::federation {

// The error with the node's name in front, unless it names the node already.
Error AtNode(Error error, const ContentSource& node);

// Thread safe.
class FetchNodes {
 public:
  // Borrows all. `cancelled` is looked at between attempts.
  FetchNodes(Clock& clock, std::vector<ContentSource*> nodes, const std::atomic<bool>& cancelled,
             int rounds = 6)
      : clock_(clock), nodes_(std::move(nodes)), cancelled_(cancelled), rounds_(rounds) {}

  // Calls `ask` with one node after another until it succeeds. The error is the last one, with the
  // node's name; Corrupt says whom to tell. NotFound, Denied and Io from every node end the search
  // at once: a connection that breaks was tried often enough (ContentSource). After Cancelled
  // nothing is asked.
  Status Try(const std::function<Status(ContentSource&)>& ask);

 private:
  Status Round(const std::function<Status(ContentSource&)>& ask, bool& worth_repeating);

  Clock& clock_;
  const std::vector<ContentSource*> nodes_;
  const std::atomic<bool>& cancelled_;
  const int rounds_;
  std::atomic<std::size_t> preferred_{0};
};

}  // namespace banyan::federation
