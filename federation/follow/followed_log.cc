#include "federation/follow/followed_log.h"

#include "federation/follow/card_chain.h"
#include "federation/format/canonical_json.h"
#include "federation/format/checkpoint.h"
#include "federation/format/entry_bundle.h"
#include "federation/format/note.h"
#include "federation/learned_addresses.h"
#include "federation/origin_rows.h"
#include "federation/receipts.h"

namespace banyan::federation {
namespace {

using storage::Connection;

constexpr std::size_t kMaxPlainBytes = 4u << 10;

Result<Json> ParseEntry(ByteView entry) {
  Json json = TRY(ParseCanonical(entry, {kMaxEntryBytes, 4, true}));
  const auto type = FindString(json, "t");
  if (!type || !FindInt(json, "v")) return Error(Errc::Invalid, "it has no type or version");
  if (entry.size() > kMaxPlainBytes && *type != "signed") {
    return Error(Errc::Invalid, "it is larger than 4 KiB");
  }
  return json;
}

Status TakeEntry(Connection& connection, const FollowedLog& log, const EntryPlace& place,
                 ByteView bytes, std::int64_t now_ms) {
  const Json entry = TRY(ParseEntry(bytes));
  const auto type = *FindString(entry, "t");
  const bool begins = type == "genesis" || type == "open";
  if (begins != (place.position == 0)) {
    return Error(Errc::Invalid, "an epoch begins with genesis or open, and only begins so");
  }
  if (place.position == 0 && place.log.epoch == 0) TRY(ReadGenesis(log.name.node, bytes));
  if (type == "card") return TakeCard(connection, place, entry, now_ms);
  if (type == "block") return TakeBlock(connection, place.log, place.position, entry);
  if (type == "self" || type == "peer") {
    return TakeAddresses(connection, place.log, place.position, entry);
  }
  return Ok();
}

}  // namespace

Result<FollowedLog> FindFollowedLog(Connection& connection, std::int64_t origin,
                                    const NodeId& node) {
  FollowedLog found{{origin, 0}, {node, 0}, {}, {}};
  {
    auto rows =
        connection.Query("SELECT coalesce(max(epoch), 0) FROM log_head WHERE origin = ?", origin);
    if (rows.Next()) found.log.epoch = static_cast<std::uint64_t>(rows.Int(0));
    TRY(Status(rows.status()));
  }
  found.name.epoch = found.log.epoch;
  auto head = TRY(FindHead(connection, found.log));
  if (!head) return found;
  found.head = *std::move(head);
  found.keys = TRY(StatedKeys(connection, found.log));
  return found;
}

Result<std::string> WhyStopped(Connection& connection, std::int64_t origin) {
  auto rows = connection.Query("SELECT stopped FROM origin WHERE id = ?", origin);
  std::string reason = rows.Next() ? rows.Text(0) : "";
  TRY(rows.status());
  return reason;
}

Result<EpochKeys> ReadGenesis(const NodeId& node, ByteView entry) {
  if (HashLeaf(entry) != node.genesis()) {
    return Error(Errc::Invalid, "the first entry is not that of node " + node.Short());
  }
  const Json json = TRY(ParseCanonical(entry));
  return TRY(Genesis::Parse(json)).epoch;
}

Result<LogState> VerifyHead(const LogName& name, const EpochKeys& keys, const std::string& note) {
  const auto parsed = TRY(SignedNote::Parse(note));
  const auto line = name.ToString();
  const auto key = TRY(NoteKey::Make(line, NoteKeyType::Ed25519, keys.keys.log));
  TRY(VerifyNote(parsed, {key}));
  const auto checkpoint = TRY(Checkpoint::Parse(parsed.text));
  if (checkpoint.origin == line) return checkpoint.state;
  return Error(Errc::Invalid, "a head of another log, " + checkpoint.origin);
}

Status AppendEntries(storage::Database& database, FollowedLog& log, const NewEntries& news,
                     std::int64_t now_ms) {
  LogHead head = log.head;
  std::vector<LogHash> leaves;
  for (const auto& entry : news.entries) {
    leaves.push_back(HashLeaf(entry));
    head.frontier.Append(leaves.back());
  }
  if (!VerifyConsistency(head.state(), news.head, news.proof)) {
    return Error(Errc::Invalid, "the entries do not lead to the root that was signed");
  }
  head.note = news.note;
  head.seen_ms = now_ms;
  std::string broken;
  const auto appended = database.Write([&](Connection& connection) -> Status {
    for (std::size_t i = 0; i < leaves.size(); ++i) {
      const auto position = log.head.frontier.size() + i;
      TRY(connection.Execute(
          "INSERT INTO log_entry(origin, epoch, position, entry) VALUES(?, ?, ?, ?)",
          log.log.origin, log.log.epoch, position, news.entries[i]));
      auto taken =
          TakeEntry(connection, log, {log.log, position, leaves[i]}, news.entries[i], now_ms);
      if (taken) continue;
      const auto code = taken.error().code();
      if (code == Errc::Invalid || code == Errc::TooLarge) {
        broken = "entry " + std::to_string(position) + ": " + taken.error().message();
      }
      return taken;
    }
    return PutHead(connection, log.log, head);
  });
  if (!broken.empty()) {
    TRY(StopOrigin(database, log.log, broken, {}, now_ms));
    return Error(Errc::Corrupt, broken);
  }
  TRY(Status(appended));
  log.head = std::move(head);
  return Ok();
}

Status StopOrigin(storage::Database& database, LogId log, const std::string& reason,
                  const std::optional<ForkEvidence>& evidence, std::int64_t now_ms) {
  return database.Write([&](Connection& connection) -> Status {
    TRY(connection.Execute("UPDATE origin SET stopped = ? WHERE id = ?", reason, log.origin));
    if (!evidence) return Ok();
    return connection.Execute(
        "INSERT INTO fork_evidence(origin, epoch, first, second, seen_ms) VALUES(?, ?, ?, ?, ?) "
        "ON CONFLICT DO NOTHING",
        log.origin, log.epoch, evidence->first, evidence->second, now_ms);
  });
}

}  // namespace banyan::federation
