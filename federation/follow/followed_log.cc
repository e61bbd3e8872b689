#include "federation/follow/followed_log.h"

#include <algorithm>

#include "federation/follow/card_chain.h"
#include "federation/follow/entries_ahead.h"
#include "federation/follow/epoch_begin.h"
#include "federation/follow/head_claim.h"
#include "federation/format/canonical_json.h"
#include "federation/format/checkpoint.h"
#include "federation/format/entry_bundle.h"
#include "federation/format/note.h"
#include "federation/learned_addresses.h"
#include "federation/origin_rows.h"
#include "federation/receipts.h"
#include "federation/state_tree.h"
#include "storage/base/json.h"

namespace banyan::federation {
namespace {

using storage::Connection;

// The last state entry of some; their number when there is none. Told by its bytes, before all of
// them are parsed.
std::size_t LastState(std::span<const Bytes> entries) {
  constexpr std::string_view kType = "\"t\":\"state\"";
  constexpr std::size_t kMostBytes = 256;
  for (std::size_t i = entries.size(); i-- > 0;) {
    if (entries[i].size() > kMostBytes || AsText(entries[i]).find(kType) == kType.npos) continue;
    const auto entry = ParseCanonical(entries[i]);
    if (entry && FindString(*entry, "t") == "state") return i;
  }
  return entries.size();
}

enum class StateCheck { Skipped, Done };

Status TakeState(Connection& connection, const EntryPlace& place, const Json& entry,
                 StateCheck check, std::int64_t now_ms) {
  const auto state = TRY(StateEntry::Parse(entry));
  if (check == StateCheck::Skipped) return Ok();
  if (TRY(StateOf(connection, place.log.origin)) != state) {
    return Error(Errc::Invalid, "it states another root than that of all latest cards");
  }
  return PutState(connection, place.log, place.position, state, now_ms);
}

Status TakeEntry(Connection& connection, const FollowedLog& log, const EntryPlace& place,
                 ByteView bytes, const ParsedEntry& entry, StateCheck check, std::int64_t now_ms) {
  const auto& type = entry.type;
  const auto first = place.log.epoch == 0 ? "genesis" : "open";
  const bool begins = type == "genesis" || type == "open";
  if (begins != (place.position == 0) || (begins && type != first)) {
    return Error(Errc::Invalid, "an epoch begins with genesis or open, and only begins so");
  }
  if (place.position == 0 && place.log.epoch == 0) TRY(ReadGenesis(log.name.node, bytes));
  if (entry.card) return TakeCard(connection, place, *entry.card, now_ms);
  if (type == "block") return TakeBlock(connection, place.log, place.position, entry.json);
  if (type == "state") return TakeState(connection, place, entry.json, check, now_ms);
  if (type == "self" || type == "peer") {
    return TakeAddresses(connection, place.log, place.position, entry.json);
  }
  return Ok();
}

// What they say, and the rows themselves. `broken` says which rule one of them breaks.
Status TakeEntries(Connection& connection, const FollowedLog& log, const NewEntries& news,
                   std::span<const LogHash> leaves, std::int64_t now_ms, std::string& broken) {
  const auto begin = log.head.frontier.size();
  const auto last_state = news.is_far_from_head ? news.entries.size() : LastState(news.entries);
  EntriesAhead parsed(news.entries);
  for (std::size_t i = 0; i < leaves.size(); ++i) {
    const auto& entry = news.entries[i];
    const EntryPlace place{log.log, begin + i, leaves[i]};
    Status taken;
    if (place.position == 0 && news.before != nullptr) {
      taken = BeginEpoch(connection, *news.before, TRY(ReadOpening(*news.before, entry)), now_ms);
    }
    TRY(connection.Execute(
        "INSERT INTO log_entry(origin, epoch, position, entry) VALUES(?, ?, ?, ?)", log.log.origin,
        log.log.epoch, place.position, entry));
    const auto check = i == last_state ? StateCheck::Done : StateCheck::Skipped;
    const auto next = parsed.Next();
    if (taken && !next) taken = next.error();
    if (taken) taken = TakeEntry(connection, log, place, entry, *next, check, now_ms);
    if (taken) continue;
    const auto code = taken.error().code();
    if (code == Errc::Invalid || code == Errc::TooLarge) {
      broken = "entry " + std::to_string(place.position) + ": " + taken.error().message();
    }
    return taken;
  }
  return Ok();
}

// Peers are asked in parallel, perhaps for the same entries.
Result<Appended> FindOutcome(Connection& connection, const FollowedLog& log,
                             const NewEntries& news) {
  const auto size = TRY(CountEntries(connection, log.log));
  // A stopped origin goes on with its next epoch, if at all.
  const bool may_be_stopped = log.is_own || news.before != nullptr;
  const bool is_stopped = !may_be_stopped && !TRY(WhyStopped(connection, log.log.origin)).empty();
  return is_stopped || size != log.head.frontier.size() ? Appended::Overtaken : Appended::Yes;
}

}  // namespace

Result<FollowedLog> FindFollowedLog(Connection& connection, std::int64_t origin,
                                    const NodeId& node) {
  auto stopped = TRY(WhyStopped(connection, origin));
  FollowedLog found{{origin, 0}, {node, 0}, {}, {}, std::move(stopped)};
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

Result<std::string> BareHead(const LogName& name, const EpochKeys& keys, const std::string& note) {
  const auto parsed = TRY(SignedNote::Parse(note));
  const auto key = TRY(NoteKey::Make(name.ToString(), NoteKeyType::Ed25519, keys.keys.log));
  for (const auto& signature : parsed.signatures) {
    if (IsSignedBy(key, parsed.text, signature)) {
      return SignedNote{parsed.text, {signature}}.ToString();
    }
  }
  return Error(Errc::Invalid, "a head that its log did not sign");
}

Result<LogState> ReadClaim(const LogName& name, const std::string& note) {
  const auto claim = TRY(HeadClaim::Parse(note));
  if (claim.name == name) return claim.state;
  return Error(Errc::Invalid, "a head of another log");
}

Result<Appended> AppendEntries(storage::Database& database, FollowedLog& log,
                               const NewEntries& news, std::int64_t now_ms) {
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
  auto outcome = Appended::Yes;
  const auto appended = database.Write([&](Connection& connection) -> Status {
    outcome = TRY(FindOutcome(connection, log, news));
    if (outcome == Appended::Overtaken) return Ok();
    TRY(TakeEntries(connection, log, news, leaves, now_ms, broken));
    return PutHead(connection, log.log, head);
  });
  if (!broken.empty()) {
    TRY(StopOrigin(database, log.log, broken, {}, now_ms));
    return Error(Errc::Corrupt, broken);
  }
  TRY(Status(appended));
  if (outcome == Appended::Yes) log.head = std::move(head);
  return outcome;
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

Result<std::optional<ForkEvidence>> FindEvidence(Connection& connection, LogId log) {
  std::optional<ForkEvidence> found;
  auto rows =
      connection.Query("SELECT first, second FROM fork_evidence WHERE origin = ? AND epoch = ?",
                       log.origin, log.epoch);
  if (rows.Next()) found = ForkEvidence{rows.Text(0), rows.Text(1)};
  TRY(rows.status());
  return found;
}

}  // namespace banyan::federation
