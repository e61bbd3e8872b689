#pragma once
// A block entry: how one node answers a card of another, stated in its own log (PROTOCOL.md
// sections 3 and 10). What it speaks of is named by a hash only, so that logs are no index of what
// was taken down. A value.

#include "federation/format/entry_member.h"
#include "federation/format/repository_key.h"
#include "storage/base/standing.h"

namespace banyan::federation {

// What is done, as policies say it and as receipts state it.
enum class Action { Keep = 0, Hide = 1, Stop = 2, Archive = 3, Delete = 4 };
std::string_view ToString(Action action);  // "keep", ...
Result<Action> ParseAction(std::string_view text);

struct Block {
  Sha256 what;  // BlockSubject
  LogHash card;
  storage::StandingReason reason = storage::StandingReason::Other;
  Action action = Action::Keep;
  std::int64_t time_s = 0;
  bool operator==(const Block&) const = default;

  // Invalid when a key is missing or has another form.
  static Result<Block> Parse(const Json& entry);
  Bytes Render() const;
};

Sha256 BlockSubject(const RepositoryKey& key);

}  // namespace banyan::federation
