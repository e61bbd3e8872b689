#include "federation/own/log_again.h"

#include "federation/follow/card_chain.h"
#include "federation/format/canonical_json.h"
#include "federation/format/entry_bundle.h"
#include "federation/receipts.h"
#include "storage/base/json.h"

namespace banyan::federation {
namespace {

using storage::Connection;

Result<std::vector<Bytes>> TakeWaiting(Connection& connection) {
  std::vector<Bytes> entries;
  {
    auto rows = connection.Query("SELECT entry FROM log_again ORDER BY id");
    while (rows.Next()) entries.emplace_back(rows.Blob(0).begin(), rows.Blob(0).end());
    TRY(Status(rows.status()));
  }
  TRY(connection.Execute("DELETE FROM log_again"));
  return entries;
}

// Its row is there from before, unless another copy of this node wrote the card.
Status AppendCard(Connection& connection, LogId own, ByteView bytes, const Json& entry,
                  std::int64_t now_ms) {
  const auto leaf = HashLeaf(bytes);
  const auto link = TRY(CardLink::Parse(entry));
  const auto key = link.Key(leaf);
  const auto goes_on = RequireGoesOn(connection, own.origin, key, link);
  if (!goes_on && goes_on.error().code() != Errc::Invalid) return goes_on;
  if (!goes_on) {
    return connection.Execute(
        "INSERT INTO card_due SELECT repository FROM repository_card WHERE origin = ? AND key = ? "
        "AND repository IS NOT NULL AND repository NOT IN card_due",
        own.origin, key);
  }
  const auto position = TRY(AppendEntry(connection, own, bytes));
  TRY(
      connection.Execute("UPDATE repository_card SET number = ?, leaf = ?, epoch = ?, position = ? "
                         "WHERE origin = ? AND key = ?",
                         link.number, leaf, own.epoch, position, own.origin, key));
  if (connection.Changes() > 0) return Ok();
  return PutCard(connection, {own, position, leaf}, TRY(CardEntry::Parse(entry)), now_ms);
}

}  // namespace

Result<Again> LookAgain(Connection& connection) {
  auto rows = connection.Query("SELECT 1 FROM log_again LIMIT 1");
  const bool waits = rows.Next();
  TRY(rows.status());
  return waits ? Again::Waits : Again::Nothing;
}

Status AppendAgain(Connection& connection, LogId own, std::int64_t now_ms) {
  for (const auto& bytes : TRY(TakeWaiting(connection))) {
    const Json entry = TRY(ParseCanonical(bytes, {kMaxEntryBytes, 4, true}));
    const auto type = FindString(entry, "t").value_or("");
    if (type == "card") {
      TRY(AppendCard(connection, own, bytes, entry, now_ms));
    } else if (type != "genesis" && type != "open" && type != "state") {  // those are made anew
      const auto position = TRY(AppendEntry(connection, own, bytes));
      if (type == "block") TRY(TakeBlock(connection, own, position, entry));
    }
  }
  return Ok();
}

}  // namespace banyan::federation
