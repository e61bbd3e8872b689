#pragma once
// Files of mirrored repositories that are not held, fetched from peers because clients ask for
// them (federation/PROTOCOL.md section 10): each once, however many ask, a few at a time, within
// the hours and budgets of the policy. A fetch goes on when nobody waits for it any more.
//
//   asked ─▶ fetching ─▶ held: whoever waits looks again
//              └──▶ failed: for ten seconds whoever asks gets the same answer

#include <map>
#include <memory>
#include <string>

#include "node/follower.h"
#include "node/work_pool.h"
#include "storage/catalog/repositories.h"
#include "storage/history/manifest.h"

namespace banyan::node {

// Thread safe.
class DemandedFiles {
 public:
  // Borrows both.
  DemandedFiles(Hub& hub, Follower& follower);
  ~DemandedFiles() { Stop(); }
  DemandedFiles(const DemandedFiles&) = delete;
  DemandedFiles& operator=(const DemandedFiles&) = delete;

  enum class State {
    Held,      // by now
    Arriving,  // it takes longer than a client waits
    Failed,    // nobody could send it, or it may not be fetched now
    Stopped,   // the node is going down
  };
  struct Answer {
    State state = State::Failed;
    std::string reason;              // of Failed
    std::int64_t retry_after_s = 0;  // for Arriving and Failed
  };
  // Waits some seconds at most: hub clients give up on who is silent for ten. `entry` is of a
  // manifest of the mirrored repository, whose policy wants files on demand.
  Answer Await(std::int64_t repository, const storage::ManifestEntry& entry) EXCLUDES(mutex_);

  // Whoever waits leaves, and nothing more is begun.
  void LetGo() EXCLUDES(mutex_);
  // And waits for what is going on; the follower was stopped, which breaks it off. Idempotent.
  void Stop() EXCLUDES(mutex_);

 private:
  using Key = std::pair<std::int64_t, Sha256>;  // repository, and what of it
  struct Fetch {
    storage::ManifestEntry entry;
    std::int64_t begun_ms = 0;             // monotonic
    std::optional<std::int64_t> ended_ms;  // and failed
    bool is_held = false;
    std::string reason;
  };
  using FetchPtr = std::shared_ptr<Fetch>;

  // Empty when content may be fetched now.
  Result<std::string> WhyNotNow();
  FetchPtr Join(const Key& key, const storage::ManifestEntry& entry) REQUIRES(mutex_);
  Answer Arriving(const Fetch& fetch) const;
  void Run(const Key& key, const storage::ManifestEntry& entry);
  // `reason` is empty when it is held now.
  void End(const Key& key, const std::string& reason) EXCLUDES(mutex_);

  Hub& hub_;
  Follower& follower_;
  Mutex mutex_;
  CondVar changed_;
  bool is_stopping_ GUARDED_BY(mutex_) = false;
  std::size_t waiting_ GUARDED_BY(mutex_) = 0;
  std::map<Key, FetchPtr> fetches_ GUARDED_BY(mutex_);  // under way, or failed a moment ago
  WorkPool pool_;
};

}  // namespace banyan::node
