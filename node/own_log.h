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
  };
  explicit OwnLog(const Parts& parts) : parts_(parts) {}

  // Opens the log if it is not open yet and publishes what its rows say. An error is logged, and
  // opening tried again after ten minutes. By one thread at a time, as WriteCards.
  void Publish();
  // Writes the cards that are due, then publishes.
  Status WriteCards();

  struct Open {
    federation::OwnOrigin origin;
    std::unique_ptr<federation::CardWriter> writer;
    std::unique_ptr<federation::LogFiles> files;
  };
  // Nullptr until it could be opened; valid as long as this object. Thread safe. Only `origin` and
  // files->Read are for others than the thread that publishes.
  Open* Look() EXCLUDES(mutex_);

 private:
  Result<std::unique_ptr<Open>> TryOpen();

  const Parts parts_;
  std::int64_t next_try_ms_ = 0;  // monotonic
  Mutex mutex_;
  std::unique_ptr<Open> open_ GUARDED_BY(mutex_);
};

}  // namespace banyan::node
