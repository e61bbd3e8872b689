#pragma once
// What the catalog knows of one followed repository: its latest card, and how far its mirror has
// come (tables repository_card and mirror, storage/catalog/schema.cc). Functions work on the
// connection they are given; those that change something inside Database::Write.

#include "federation/card_rows.h"
#include "federation/mirror/mirror_names.h"

namespace banyan::federation {

struct MirrorRow {
  std::int64_t card_row = 0;
  MirrorIdentity identity;
  LogHash leaf;  // of the card
  Card card;
  Bytes meta;                     // empty: not fetched yet, or there is none
  std::optional<LogHash> served;  // leaf of the card in whose state the repository here is
  std::string selected;           // what of its files is wanted, as text
  std::string taken;              // what was when it was brought to that state, or "damaged"
  std::string session;            // of what arrives; empty: none
};

// NotFound unless it is followed. Corrupt when the entry is not the card that the row names.
Result<MirrorRow> ReadMirrorRow(storage::Connection& connection, std::int64_t card_row);

// Conflict when a newer card came since `row` was read.
Status RequireLatest(storage::Connection& connection, const MirrorRow& row);
Status KeepMeta(storage::Connection& connection, const MirrorRow& row, ByteView meta);
Status KeepSession(storage::Connection& connection, const MirrorRow& row,
                   const std::string& session);
// The repository is in the state of the card: what its card names is kept from now on. What was
// found damaged since `row` was read is left to another run.
Status NoteMirrored(storage::Connection& connection, const MirrorRow& row, std::int64_t repository,
                    std::int64_t now_ms);
// Failures are counted for each card anew.
Status NoteFailure(storage::Connection& connection, std::int64_t card_row,
                   const std::string& problem, std::int64_t now_ms);
// The problem is not its own: it waits as after a first failure, however often that happens.
Status NotePutOff(storage::Connection& connection, std::int64_t card_row,
                  const std::string& problem, std::int64_t now_ms);

}  // namespace banyan::federation
