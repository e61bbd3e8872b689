#pragma once
// Entries of a log, some of them parsed by a thread of their own while the caller takes those
// before: that is as much work as the rows of the catalog. It changes nothing but the time.

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "federation/format/card_entry.h"
#include "storage/base/json.h"
#include "storage/base/queue_worker.h"

namespace banyan::federation {

struct ParsedEntry {
  std::string type;
  Json json;                      // of the types that a log is read for: block, state, self, peer
  std::optional<CardEntry> card;  // of a card

  // Invalid or TooLarge when it breaks a rule that all entries of logs obey (PROTOCOL.md section
  // 4), or is a card that breaks one of cards.
  static Result<ParsedEntry> Parse(ByteView entry);
};

// Used by one thread. Borrows the entries. Few of them are parsed by the caller's thread.
class EntriesAhead {
 public:
  explicit EntriesAhead(std::span<const Bytes> entries);

  // The next one; once for each. Errors as ParsedEntry::Parse, and Io.
  Result<ParsedEntry> Next();

 private:
  using Block = std::vector<Result<ParsedEntry>>;
  Block ParseFrom(std::size_t first) const;
  Status TakeBlock(std::size_t first);

  const std::span<const Bytes> entries_;
  std::size_t next_ = 0;
  Block block_;                      // that of the next one
  Block ahead_;                      // the one after it; the worker's until it is drained
  QueueWorker<std::size_t> worker_;  // last, so that it ends first
};

}  // namespace banyan::federation
