#pragma once
// The latest card of each repository, and which repositories wait for a new one, as rows of the
// catalog. Triggers note the latter in the transaction of each change (storage/catalog/schema.cc).
// Functions work on the connection they are given.

#include <optional>
#include <vector>

#include "federation/format/card.h"
#include "federation/log_rows.h"

namespace banyan::federation {

struct CardRow {
  RepositoryKey key;
  LogHash leaf;  // of the card
  Card card;
  Bytes meta;  // the object it names; empty: none, or dropped
  std::int64_t written_ms = 0;
};

// Of a repository of this catalog, also of one that is gone; nullopt when it never had a card.
Result<std::optional<CardRow>> FindCard(storage::Connection& connection, LogId log,
                                        std::int64_t repository);

// Appends the card to the log and makes it the latest of its repository, whose row in
// repository_card it returns. Inside Database::Write.
Result<std::int64_t> WriteCard(storage::Connection& connection, LogId log, std::int64_t repository,
                               const Card& card, ByteView meta, std::int64_t now_ms);

Result<std::vector<std::int64_t>> ListDue(storage::Connection& connection);
// It has the card it needs. Inside Database::Write.
Status ClearDue(storage::Connection& connection, std::int64_t repository);

}  // namespace banyan::federation
