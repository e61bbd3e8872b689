#pragma once
// The verified heads of logs, the own and the followed ones, as rows of the catalog, and the
// journal that numbers their changes so that peers ask for what is new (PROTOCOL.md section 8).
// Functions work on the connection they are given; those that change something inside
// Database::Write.

#include <optional>

#include "federation/format/epochs_page.h"
#include "federation/format/heads_page.h"
#include "federation/format/log_hash.h"
#include "federation/format/log_proof.h"
#include "federation/log_rows.h"

namespace banyan::federation {

struct LogHead {
  Frontier frontier;         // of the entries in the catalog that it stands for
  std::string note;          // as signed
  std::int64_t seen_ms = 0;  // when a peer showed it, or a newer one

  LogState state() const { return {frontier.size(), frontier.Root()}; }
};

// nullopt: none of this epoch is held.
Result<std::optional<LogHead>> FindHead(storage::Connection& connection, LogId log);
// The next change of the journal. The caller has verified it.
Status PutHead(storage::Connection& connection, LogId log, const LogHead& head);
// A peer showed it again: no change for the journal.
Status SawHead(storage::Connection& connection, LogId log, std::int64_t now_ms);
// The peer with this address has nothing new: the heads that it was the last to show are so still.
Status SawAgain(storage::Connection& connection, const std::string& peer, std::int64_t now_ms);

// The signed heads of all epochs of a log, oldest first: what it was closed with, and is now.
Result<std::vector<EpochHead>> ListEpochs(storage::Connection& connection, std::int64_t origin);

// How far the journal of this node has come.
Result<JournalPlace> FindJournalPlace(storage::Connection& connection);

// The heads that changed after `since`, with the cosignatures that are kept of them, which do not
// count as changes; oldest change first, within the limits of a page; all of
// them for another journal or a place that this one has not reached. nullopt: nothing changed.
Result<std::optional<HeadsPage>> ReadHeads(storage::Connection& connection,
                                           const JournalPlace& since, std::int64_t now_ms);

}  // namespace banyan::federation
