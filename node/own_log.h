#pragma once
// The node's own log at work: its origin is opened, cards of changed repositories are written, and
// what was written is published as files (federation/PROTOCOL.md sections 2 to 6).
//
//   cards and receipts ─▶ rows ─▶ peers are asked what they hold of this log
//                                  ├─ nothing that is not here ──────────────────▶ signed
//                                  ├─ more: it is appended here ─────────────────▶ signed
//                                  └─ something else: the next epoch is opened ──▶ signed
//
// A log that must not be signed stops here and nowhere else: the node goes on serving, and what it
// has to say waits in rows.

#include <atomic>
#include <functional>
#include <memory>

#include "federation/card_writer.h"
#include "federation/log_files.h"
#include "federation/own/ask_first.h"
#include "node/ask_peers.h"
#include "node/config.h"
#include "node/policy_file.h"
#include "node/seed_files.h"
#include "storage/base/mutex.h"

namespace banyan::node {

// In the data directory: the operator's word that a log that was put back from a backup may be
// signed, though no peer shows what it had said since.
inline constexpr std::string_view kGoOnFile = "log.go-on";

// Whether the own log was signed before, and nothing of its latest epoch was published from this
// data directory.
enum class Restored { No, Yes };
Result<Restored> LookRestored(FileSystem& fs, storage::Database& database, const std::string& data);

class OwnLog {
 public:
  struct Parts {
    Clock& clock;
    Random& random;
    FileSystem& fs;
    storage::Database& database;
    storage::ContentStore& content;
    const Config& config;
    const PolicyFile& policy;
    std::function<Result<std::vector<AskPeers::Source>>()> peers;  // who is asked
  };
  explicit OwnLog(const Parts& parts)
      : parts_(parts), seeds_(parts.fs, parts.random, parts.config.data), asker_(parts.clock) {}

  enum class Due { Nothing, Something };
  // Opens the log if it is not open yet, writes the cards that are due, asks the peers when there
  // is something to sign, and publishes. What stops it is logged once, and opening tried again
  // after a minute. Thread safe; waits for peers at most ten seconds.
  Status Update() EXCLUDES(work_mutex_, mutex_);
  // Whether something here waits for its card, and nothing stops the log. Thread safe.
  Result<Due> LookDue();
  // The next Update asks the peers: one of them showed more of the own log than is here. Thread
  // safe.
  void AskSoon() { asks_ = true; }
  // What stops it; empty: nothing. Thread safe.
  std::string Problem() EXCLUDES(mutex_);

  struct Open {
    federation::OwnOrigin origin;
    std::unique_ptr<federation::CardWriter> writer;
    std::unique_ptr<federation::LogFiles> files;
    bool is_restored = false;  // LookRestored, and the fence does not know better
  };
  // Nullptr until it could be opened; replaced when the log goes on in another epoch. Thread safe.
  // Only `origin`, files->Read and files->published are for its callers.
  std::shared_ptr<Open> Look() EXCLUDES(mutex_);

 private:
  enum class Asked { No, Yes };
  Status Work() REQUIRES(work_mutex_);
  Result<federation::OwnOrigin> OpenOrigin() REQUIRES(work_mutex_);
  Result<std::shared_ptr<Open>> OpenFiles(federation::OwnOrigin origin) REQUIRES(work_mutex_);
  Result<Asked> OpenIfDue() REQUIRES(work_mutex_);
  Result<std::shared_ptr<Open>> OpenLatest(std::shared_ptr<Open> open) REQUIRES(work_mutex_);
  Result<federation::OwnOrigin> AskFirst(federation::OwnOrigin origin) REQUIRES(work_mutex_);
  struct Behind {
    AskPeers::Source peer;
    std::uint64_t size = 0;  // entries that it holds
  };
  // What each of them holds that has seen another history.
  Result<std::vector<std::uint64_t>> FindDisputes(const federation::OwnOrigin& origin,
                                                  const std::vector<Behind>& behind)
      REQUIRES(work_mutex_);
  bool IsDisputeDue() const REQUIRES(work_mutex_);
  Status Repair(const federation::OwnOrigin& origin, std::uint64_t common) REQUIRES(work_mutex_);
  Status TakeUp(federation::LogId log);
  Status WriteEntries(Open& open) REQUIRES(work_mutex_);
  Status Publish(Open& open) REQUIRES(work_mutex_);
  Result<std::size_t> WriteAddresses(const federation::OwnOrigin& origin);
  Status RequireNoLostLog() const;
  Status RequireMaySign(const Open& open) REQUIRES(work_mutex_);
  void Note(const Status& status) REQUIRES(work_mutex_) EXCLUDES(mutex_);

  const Parts parts_;
  std::atomic<bool> asks_{false};
  Mutex work_mutex_;  // before mutex_
  SeedFiles seeds_ GUARDED_BY(work_mutex_);
  AskPeers asker_ GUARDED_BY(work_mutex_);
  bool was_shown_ GUARDED_BY(work_mutex_) = false;                // a peer holds the log
  std::optional<std::int64_t> tried_ms_ GUARDED_BY(work_mutex_);  // monotonic
  std::optional<std::int64_t> state_ms_ GUARDED_BY(work_mutex_);  // of a look at state entries
  std::optional<std::int64_t> disputed_ms_
      GUARDED_BY(work_mutex_);  // since when there is a dispute
  Mutex mutex_;
  std::string problem_ GUARDED_BY(mutex_);  // as logged last
  std::shared_ptr<Open> open_ GUARDED_BY(mutex_);
};

}  // namespace banyan::node
