#include "federation/cosignatures.h"

#include <algorithm>

#include "federation/format/checkpoint.h"
#include "federation/head_rows.h"
#include "federation/known_keys.h"
#include "federation/own_origin.h"

namespace banyan::federation {
namespace {

using storage::Connection;

constexpr int kMirror = 0;  // of the column role
constexpr std::uint64_t kDayS = 86'400;

struct SignedHead {
  SignedNote note;
  LogState state;
};

Result<SignedHead> ParseHead(const std::string& text) {
  auto note = TRY(SignedNote::Parse(text));
  const auto state = TRY(Checkpoint::Parse(note.text)).state;
  return SignedHead{std::move(note), state};
}

struct Row {
  NodeId cosigner;
  LogState state;
  NoteSignature signature;
  bool is_led = true;
};

// Replaces one of a smaller head; one of the same head by another key, or of which less is known.
Status PutRow(Connection& connection, LogId log, const Row& row) {
  return connection.Execute(
      "INSERT INTO cosignature(origin, epoch, cosigner, role, size, root, key_id, signature, "
      "is_led) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET size = excluded.size, "
      "root = excluded.root, key_id = excluded.key_id, signature = excluded.signature, "
      "is_led = excluded.is_led WHERE excluded.size > size OR "
      "(excluded.size = size AND excluded.root = root AND "
      "(excluded.key_id != key_id OR excluded.is_led > is_led))",
      log.origin, log.epoch, row.cosigner.genesis(), kMirror, row.state.size, row.state.root,
      row.signature.key_id, ByteView(row.signature.signature), row.is_led);
}

// Whether what is here of the log begins with that.
enum class Led { No, Yes };
Result<Led> LookWhetherLed(Connection& connection, LogId log, const LogState& state) {
  const auto head = TRY(FindHead(connection, log));
  if (!head || head->frontier.size() < state.size) return Led::No;
  const auto root = head->frontier.size() == state.size
                        ? head->state().root
                        : TRY(ReadFrontier(connection, log, state.size)).Root();
  return root == state.root ? Led::Yes : Led::No;
}

// A head that is to be cosigned, and what was cosigned of the log before.
struct Due {
  LogId log;
  std::string note;
  std::optional<LogState> before;  // unless it is known to lead to the head
};

Result<std::vector<Due>> ListDue(Connection& connection, const Cosigner& cosigner) {
  std::vector<Due> due;
  auto rows = connection.Query(
      "SELECT h.origin, h.epoch, h.note, c.size, c.root, c.is_led FROM log_head h "
      "JOIN origin o ON o.id = h.origin LEFT JOIN cosignature c ON c.origin = h.origin "
      "AND c.epoch = h.epoch AND c.cosigner = ?1 AND c.role = ?2 "
      "WHERE o.own = 0 AND o.stopped = '' AND h.note != '' AND (c.size IS NULL OR "
      "h.size > c.size OR (h.size = c.size AND (c.key_id != ?3 OR c.is_led = 0)))",
      cosigner.node.genesis(), kMirror, MirrorKey(cosigner.node, cosigner.key.public_key()).id());
  while (rows.Next()) {
    Due item{{rows.Int(0), static_cast<std::uint64_t>(rows.Int(1))}, rows.Text(2), {}};
    if (!rows.IsNull(3) && rows.Int(5) == 0) {
      item.before = LogState{static_cast<std::uint64_t>(rows.Int(3)), rows.DigestAt<LogHash>(4)};
    }
    due.push_back(std::move(item));
  }
  TRY(Status(rows.status()));
  return due;
}

// By that key; nullopt: none is, or it is wrong.
std::optional<NoteSignature> FindSignature(const SignedNote& note, const NoteKey& key) {
  const auto found = std::ranges::find_if(note.signatures, [&](const auto& signature) {
    return signature.name == key.name() && signature.key_id == key.id();
  });
  if (found == note.signatures.end() || !IsSignedBy(key, note.text, *found)) return std::nullopt;
  return *found;
}

// The names of nodes, other than this one, that the note claims to be cosigned by.
Result<std::vector<NodeId>> ListClaimed(Connection& connection, const SignedNote& note) {
  const auto own = TRY(FindOwnNode(connection));
  std::vector<NodeId> nodes;
  for (const auto& signature : note.signatures) {
    if (nodes.size() == kMaxCosignatures) break;
    const auto node = ParseMirrorKeyName(signature.name);
    if (!node || (own && *node == *own)) continue;
    if (std::ranges::find(nodes, *node) == nodes.end()) nodes.push_back(*node);
  }
  return nodes;
}

// Of the head whose cosignature is kept, by which key.
struct Kept {
  std::uint64_t size = 0;
  std::uint32_t key_id = 0;
};

Result<std::optional<Kept>> FindKept(Connection& connection, LogId log, const NodeId& node) {
  std::optional<Kept> kept;
  auto rows = connection.Query(
      "SELECT size, key_id FROM cosignature WHERE origin = ? AND epoch = ? AND cosigner = ? "
      "AND role = ?",
      log.origin, log.epoch, node.genesis(), kMirror);
  if (rows.Next()) {
    kept = Kept{static_cast<std::uint64_t>(rows.Int(0)), static_cast<std::uint32_t>(rows.Int(1))};
  }
  TRY(Status(rows.status()));
  return kept;
}

Result<std::vector<Row>> ListNew(Connection& connection, LogId log, const SignedHead& head,
                                 std::int64_t now_ms) {
  std::vector<Row> found;
  const auto latest_s = static_cast<std::uint64_t>(now_ms / 1000) + kDayS;
  for (const auto& node : TRY(ListClaimed(connection, head.note))) {
    const auto key = TRY(FindMirrorKey(connection, node));
    if (!key) continue;
    const auto kept = TRY(FindKept(connection, log, node));
    const bool is_news = !kept || kept->size < head.state.size ||
                         (kept->size == head.state.size && kept->key_id != key->id());
    if (!is_news) continue;
    const auto signature = FindSignature(head.note, *key);
    if (!signature || *CosignatureTime(*signature) > latest_s) continue;
    found.push_back({node, head.state, *signature});
  }
  return found;
}

// The own one first, then those of the largest heads, the earliest first.
const std::string kInOrder =
    " ORDER BY cosigner = (SELECT node FROM origin WHERE own = 1) DESC, size DESC, signature, "
    "cosigner LIMIT ";

// The own one stays: it says behind what this node must not go back.
Status KeepMost(Connection& connection, LogId log, std::size_t most) {
  return connection.Execute(
      "DELETE FROM cosignature WHERE origin = ?1 AND epoch = ?2 AND cosigner NOT IN (SELECT "
      "cosigner FROM cosignature WHERE origin = ?1 AND epoch = ?2" +
          kInOrder + "?3) AND cosigner NOT IN (SELECT node FROM origin WHERE own = 1)",
      log.origin, log.epoch, most);
}

}  // namespace

Status CosignHeads(Connection& connection, const Cosigner& cosigner, std::int64_t now_ms) {
  const auto own = TRY(FindOwnLog(connection));
  if (!own) return Ok();
  const auto clock = RequireSigningClock(connection, *own, now_ms);
  if (!clock) return clock.error().code() == Errc::Unavailable ? Ok() : clock;
  for (const auto& due : TRY(ListDue(connection, cosigner))) {
    const auto head = TRY(ParseHead(due.note));
    const auto held = TRY(FindHead(connection, due.log));
    if (!held || held->state() != head.state) continue;  // more is here than that, and not yet all
    if (due.before && TRY(LookWhetherLed(connection, due.log, *due.before)) == Led::No) continue;
    TRY(PutRow(connection, due.log,
               {cosigner.node, head.state,
                CosignNote(head.note.text, MirrorKeyName(cosigner.node),
                           static_cast<std::uint64_t>(now_ms / 1000), cosigner.key)}));
  }
  return Ok();
}

Status TakeCosignatures(storage::Database& database, LogId log, const std::string& note,
                        std::size_t most, std::int64_t now_ms) {
  const auto head = ParseHead(note);
  if (!head || head->note.signatures.size() < 2) return Ok();
  std::vector<Row> found;
  {
    auto lease = TRY(database.Read());
    found = TRY(ListNew(*lease, log, *head, now_ms));
    if (found.empty() || TRY(LookWhetherLed(*lease, log, head->state)) == Led::No) return Ok();
  }
  return database.Write([&](Connection& connection) -> Status {
    for (const auto& row : found) TRY(PutRow(connection, log, row));
    return KeepMost(connection, log, most);
  });
}

Status RememberOwn(storage::Database& database, LogId log, const std::string& note) {
  const auto head = ParseHead(note);
  if (!head || head->note.signatures.size() < 2) return Ok();
  std::optional<Row> found;
  {
    auto lease = TRY(database.Read());
    for (const auto& key : TRY(ListOwnMirrorKeys(*lease))) {
      const auto signature = FindSignature(head->note, key);
      if (!signature) continue;
      const auto node = TRY(ParseMirrorKeyName(key.name()));
      const auto kept = TRY(FindKept(*lease, log, node));
      if (kept && kept->size >= head->state.size) continue;
      found = Row{node, head->state, *signature, false};
    }
  }
  if (!found) return Ok();
  return database.Write([&](Connection& connection) { return PutRow(connection, log, *found); });
}

Result<std::string> AddCosignatures(Connection& connection, LogId log, std::string note) {
  auto head = TRY(ParseHead(note));
  auto rows = connection.Query(
      "SELECT cosigner, key_id, signature FROM cosignature WHERE origin = ? AND epoch = ? "
      "AND size = ? AND root = ?" +
          kInOrder + "?",
      log.origin, log.epoch, head.state.size, head.state.root, kMaxCosignatures);
  while (rows.Next()) {
    const auto signature = rows.Blob(2);
    head.note.signatures.push_back({MirrorKeyName(NodeId(rows.DigestAt<LogHash>(0))),
                                    static_cast<std::uint32_t>(rows.Int(1)),
                                    Bytes(signature.begin(), signature.end())});
  }
  TRY(Status(rows.status()));
  return head.note.ToString();
}

Result<std::vector<Holder>> ListHolders(Connection& connection, LogId log) {
  std::vector<Holder> holders;
  auto rows = connection.Query(
      "SELECT cosigner, size, signature FROM cosignature WHERE origin = ? AND epoch = ? "
      "AND is_led = 1 ORDER BY size DESC, signature, cosigner",
      log.origin, log.epoch);
  while (rows.Next()) {
    const auto signature = rows.Blob(2);
    const NoteSignature cosignature{{}, 0, Bytes(signature.begin(), signature.end())};
    holders.push_back({NodeId(rows.DigestAt<LogHash>(0)), static_cast<std::uint64_t>(rows.Int(1)),
                       CosignatureTime(cosignature).value_or(0)});
  }
  TRY(Status(rows.status()));
  return holders;
}

}  // namespace banyan::federation
