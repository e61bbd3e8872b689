#pragma once
// Calls the peers that cannot reach this node, and that its operator wants to have what is here
// (`peer add --push`): asks what they want of its tree of files, and brings it
// (federation/PROTOCOL.md section 7).
//
//   call ─▶ wants ─▶ answers, some at once ─▶ call …
//     └─ no answer: a pause that grows, until something new is here
//
// One thread sees which peers these are, one for each of them calls, a few bring.

#include <atomic>
#include <map>
#include <memory>
#include <string>
#include <thread>

#include "federation/follow/peers.h"
#include "node/fair_pool.h"
#include "node/local_answer.h"
#include "node/peer_link.h"

namespace banyan::node {

struct BringerOptions {
  std::int64_t pause_ms = 1'000;  // after a call that failed; doubled with each
  std::int64_t pause_max_ms = 300'000;
};

// Thread safe.
class Bringer {
 public:
  struct Parts {
    Clock& clock;
    storage::Database& database;
    const Router& router;
    const PeerGate& gate;
    const RequestSigner& signer;
  };
  explicit Bringer(const Parts& parts, BringerOptions options = {});
  ~Bringer() { Stop(); }
  Bringer(const Bringer&) = delete;
  Bringer& operator=(const Bringer&) = delete;

  // Once.
  void Start();
  // Breaks off what is going on. Idempotent.
  void Stop() EXCLUDES(mutex_);
  // Peers changed, or there is something new here: whoever waits calls now.
  void Hurry() EXCLUDES(mutex_);
  // Why the last call of the peer of that row failed; empty: it did not, or none was made.
  std::string Problem(std::int64_t peer) EXCLUDES(mutex_);

 private:
  // With one peer. Its thread ends when `ends` is set.
  struct Line {
    Line(const std::string& address, TransferRate& rate, const RequestSigner& signer)
        : link(address, {rate, ends, signer}) {}
    std::atomic<bool> ends{false};
    PeerLink link;
    bool begins_anew = true;  // its own thread's: the last call failed, or there was none
    std::string problem;      // guarded by the mutex of the Bringer
    int bringing = 0;         // and this
    std::thread thread;
  };
  using LinePtr = std::shared_ptr<Line>;

  void Supervise();
  void Compare(const std::vector<federation::Peer>& peers) EXCLUDES(mutex_);
  void End(const LinePtr& line) EXCLUDES(mutex_);
  void Serve(const LinePtr& line, std::int64_t peer);
  Result<LocalAnswer::Asker> AskerOf(std::int64_t peer, const ApiAnswer& list);
  Status CallOnce(const LinePtr& line, std::int64_t peer);
  Status Bring(Line& line, const LocalAnswer::Asker& asker, const federation::Want& want);
  void Note(Line& line, const Status& called) EXCLUDES(mutex_);
  void Pause(const Line& line, std::int64_t pause_ms) EXCLUDES(mutex_);

  const Parts parts_;
  const BringerOptions options_;
  const LocalAnswer answers_;
  TransferRate rate_;  // no limit: budgets are for what comes
  FairPool workers_;   // by peer
  Mutex mutex_;
  CondVar changed_;
  std::uint64_t hurries_ GUARDED_BY(mutex_) = 0;
  bool is_stopping_ GUARDED_BY(mutex_) = false;
  std::map<std::int64_t, LinePtr> lines_ GUARDED_BY(mutex_);  // by row of the peer
  std::thread supervisor_;
};

}  // namespace banyan::node
