#pragma once
// Asks several peers for the same file at once, each on a thread of its own up to 64, so that who
// is silent holds up nobody else.

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "federation/transfer/peer_source.h"
#include "node/work_pool.h"
#include "storage/base/clock.h"
#include "storage/base/mutex.h"

namespace banyan::node {

class AskPeers {
 public:
  using Source = std::shared_ptr<federation::PeerSource>;
  struct Answer {
    Source peer;
    Result<Bytes> body;
  };

  explicit AskPeers(Clock& clock) : clock_(clock) {}

  // In the order of the peers. Waits until each answered or failed, at most `patience_ms`; whoever
  // did not by then, or has yet to answer an earlier question, is Unavailable. Who was not asked by
  // then is not asked any more. One caller at a time.
  std::vector<Answer> Ask(const std::vector<Source>& peers, const std::string& path,
                          std::size_t max_bytes, std::int64_t patience_ms);

 private:
  struct Round;
  void Give(const std::shared_ptr<Round>& round, std::size_t index, const Source& peer)
      REQUIRES(mutex_);

  Clock& clock_;
  Mutex mutex_;
  CondVar answered_;
  std::set<std::string> busy_ GUARDED_BY(mutex_);  // names of peers that have yet to answer
  WorkPool pool_{1};
};

}  // namespace banyan::node
