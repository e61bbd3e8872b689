#pragma once
// The node's own log at work: its origin is opened, cards of changed repositories are written, and
// what was written is published as files (federation/PROTOCOL.md sections 2 to 6). A log that must
// not be signed, such as that of a restored older catalog, stops here and nowhere else: the node
// goes on serving, and what it has to say waits in rows.

#include <memory>

#include "federation/card_writer.h"
#include "federation/log_files.h"
#include "node/config.h"
#include "node/node_seed.h"
#include "node/policy_file.h"
#include "storage/base/mutex.h"

namespace banyan::node {

class OwnLog {
 public:
  struct Parts {
    Clock& clock;
    Random& random;
    FileSystem& fs;
    storage::Database& database;
    storage::ContentStore& content;
    const NodeSeed& seed;
    const Config& config;
    const PolicyFile& policy;
  };
  explicit OwnLog(const Parts& parts) : parts_(parts) {}

  // Opens the log if it is not open yet, writes the cards that are due, and publishes. What stops
  // it is logged once, and opening tried again after a minute. Thread safe.
  Status Update() EXCLUDES(work_mutex_, mutex_);

  struct Open {
    federation::OwnOrigin origin;
    std::unique_ptr<federation::CardWriter> writer;
    std::unique_ptr<federation::LogFiles> files;
  };
  // Nullptr until it could be opened; valid as long as this object. Thread safe. Only `origin`,
  // files->Read and files->published are for its callers.
  Open* Look() EXCLUDES(mutex_);

 private:
  Result<std::unique_ptr<Open>> TryOpen();
  Status WriteEntries(Open& open);
  Result<std::size_t> WriteAddresses(const federation::OwnOrigin& origin);
  Status RequireNoLostLog() const;
  void OpenIfDue() REQUIRES(work_mutex_);
  void Note(const Status& status) REQUIRES(work_mutex_);

  const Parts parts_;
  Mutex work_mutex_;                                              // before mutex_
  std::optional<std::int64_t> tried_ms_ GUARDED_BY(work_mutex_);  // monotonic
  std::string problem_ GUARDED_BY(work_mutex_);                   // as logged last
  Mutex mutex_;
  std::unique_ptr<Open> open_ GUARDED_BY(mutex_);
};

}  // namespace banyan::node
