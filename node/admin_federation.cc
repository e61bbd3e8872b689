// Peers, what is followed, and how far that has come.
#include "federation/bundle/bundle_sink.h"
#include "federation/cosignatures.h"
#include "federation/follow/followed_log.h"
#include "federation/follow/follows.h"
#include "federation/follow/peers.h"
#include "federation/mirror/alias.h"
#include "federation/mirror_state.h"
#include "federation/origin_rows.h"
#include "federation/own_origin.h"
#include "node/admin_functions.h"
#include "node/bringer.h"
#include "node/follower.h"
#include "node/own_address.h"
#include "node/own_log.h"
#include "storage/base/json.h"

namespace banyan::node {
namespace {

using storage::Connection;

constexpr std::int64_t kPollMs = 100;
constexpr std::int64_t kFirstAnswerMs = 10'000;
constexpr int kFirstCallLooks = 20;

const char* ReachOf(const federation::Peer& peer) {
  if (peer.Calls()) return "calls";
  if (peer.address.starts_with('/')) return "folder";
  return peer.is_pushed ? "dialled, pushed to" : "dialled";
}

const char* FoundText(federation::Found found) {
  switch (found) {
    case federation::Found::Named: return "named";
    case federation::Found::InLog: return "log";
    case federation::Found::Nearby: return "nearby";
  }
  return "";
}

Json PeerJson(const AdminContext& context, const federation::Peer& peer) {
  Json json{
      {"address", peer.address},           {"node", nullptr},         {"reached", ReachOf(peer)},
      {"added", ToIsoTime(peer.added_ms)}, {"answered", nullptr},     {"called", nullptr},
      {"failures", peer.failures},         {"problem", peer.problem}, {"push_problem", ""},
      {"found", FoundText(peer.found)},    {"expected", nullptr}};
  if (peer.expected) json["expected"] = peer.expected->ToString();
  if (peer.node) json["node"] = peer.node->ToString();
  if (peer.answered_ms) json["answered"] = ToIsoTime(*peer.answered_ms);
  if (context.bringer != nullptr) json["push_problem"] = context.bringer->Problem(peer.row);
  if (context.desk == nullptr || !peer.Calls()) return json;
  if (const auto called_ms = context.desk->CalledMs(*peer.node)) {
    const auto ago_ms = context.clock.MonotonicMs() - *called_ms;
    json["called"] = ToIsoTime(context.clock.NowMs() - ago_ms);
  }
  return json;
}

Json RuleJson(const federation::FollowRule& rule) {
  return {{"node", rule.node.ToString()}, {"pattern", rule.pattern}};
}

Result<std::int64_t> ReadInt(Connection& connection, const char* sql, std::int64_t origin) {
  auto rows = connection.Query(sql, origin);
  const std::int64_t value = rows.Next() ? rows.Int(0) : 0;
  TRY(rows.status());
  return value;
}

// The mirrored repositories of an origin that are not in the state of their card.
Result<Json> Unfinished(Connection& connection, std::int64_t origin) {
  Json list = Json::array();
  auto rows = connection.Query(
      "SELECT c.key, m.problem, m.failures FROM mirror m "
      "JOIN repository_card c ON c.id = m.card "
      "WHERE c.origin = ? AND m.passed_over = 0 AND " +
          std::string(federation::kIsUnfinished) + " ORDER BY m.card LIMIT 100",
      origin);
  while (rows.Next()) {
    list.push_back({{"repository", rows.DigestAt<Sha256>(0).ToString()},
                    {"problem", rows.Text(1)},
                    {"failures", rows.Int(2)}});
  }
  TRY(rows.status());
  return list;
}

// Who signed to hold a log, entries only, up to where.
Result<Json> HoldersJson(Connection& connection, federation::LogId log) {
  Json list = Json::array();
  for (const auto& holder : TRY(federation::ListHolders(connection, log))) {
    const auto since_ms = static_cast<std::int64_t>(holder.since_s) * 1000;
    list.push_back(
        {{"node", holder.node.ToString()}, {"size", holder.size}, {"since", ToIsoTime(since_ms)}});
  }
  return list;
}

Result<Json> OwnHoldersJson(Connection& connection) {
  const auto log = TRY(federation::FindOwnLog(connection));
  return log ? HoldersJson(connection, *log) : Result<Json>(Json::array());
}

Result<Json> OriginJson(const AdminContext& context, Connection& connection,
                        const federation::FollowedOrigin& origin) {
  Json rules = Json::array();
  for (const auto& rule : origin.rules) rules.push_back(rule.pattern);
  const auto log = TRY(federation::FindFollowedLog(connection, origin.row, origin.node));
  const auto age_ms = context.clock.NowMs() - log.head.seen_ms;
  const auto stopped = TRY(federation::WhyStopped(connection, origin.row));
  const auto repositories =
      TRY(ReadInt(connection, "SELECT count(*) FROM repository_card WHERE origin = ?", origin.row));
  const auto selected = TRY(ReadInt(connection,
                                    "SELECT count(*) FROM mirror JOIN repository_card "
                                    "ON repository_card.id = mirror.card "
                                    "WHERE repository_card.origin = ? AND passed_over = 0",
                                    origin.row));
  const auto mirrored =
      TRY(ReadInt(connection, "SELECT count(*) FROM repository WHERE origin = ?", origin.row));
  const auto bytes = TRY(
      ReadInt(connection, "SELECT coalesce(sum(stored_bytes), 0) FROM repository WHERE origin = ?",
              origin.row));
  const auto stated_bytes = TRY(
      ReadInt(connection, "SELECT coalesce(sum(head_bytes), 0) FROM repository WHERE origin = ?",
              origin.row));
  const auto peer = TRY(federation::FindShown(connection, origin.row));
  Json unfinished = TRY(Unfinished(connection, origin.row));
  Json holders = TRY(HoldersJson(connection, log.log));
  Json json{{"node", origin.node.ToString()},
            {"rules", std::move(rules)},
            {"epoch", log.log.epoch},
            {"size", log.head.frontier.size()},
            {"age_s", nullptr},
            {"trust",
             log.head.frontier.size() > 0 ? std::string(federation::kUnwitnessed) : "nothing held"},
            {"held_by", std::move(holders)},
            {"stopped", stopped},
            {"repositories", repositories},
            {"selected", selected},
            {"mirrored", mirrored},
            {"peer", peer},
            {"stored_bytes", bytes},
            {"stated_bytes", stated_bytes},
            {"unfinished", std::move(unfinished)}};
  if (log.head.frontier.size() > 0) json["age_s"] = std::max<std::int64_t>(0, age_ms / 1000);
  return json;
}

Result<federation::Peer> ReadPeer(const AdminContext& context, const std::string& text) {
  auto lease = TRY(context.database().Read());
  return federation::FindPeer(*lease, text);
}

Error Itself(const std::string& address) {
  return Error(Errc::Invalid, address + " is this node itself: a peer is another one");
}

Status RequireAnother(const AdminContext& context, const std::string& address) {
  auto lease = TRY(context.database().Read());
  const auto own = TRY(federation::FindOwnNode(*lease));
  const bool is_own_id =
      own && address == std::string(federation::kCallingPrefix) + own->ToString();
  const bool is_own_address = context.config != nullptr && IsOwnAddress(*context.config, address);
  return is_own_id || is_own_address ? Status(Itself(address)) : Ok();
}

// The peer as it is once it was asked, and called if it is to be; some seconds later at most.
Result<federation::Peer> AwaitAnswer(const AdminContext& context, federation::Peer peer) {
  const auto until_ms = context.clock.MonotonicMs() + kFirstAnswerMs;
  while (!peer.answered_ms && peer.failures == 0 && context.clock.MonotonicMs() < until_ms) {
    context.follower->AwaitStep(kPollMs);
    peer = TRY(ReadPeer(context, peer.address));
  }
  // A call that is taken is answered when something is wanted; one that is refused, at once.
  if (!peer.is_pushed || context.bringer == nullptr) return peer;
  for (int looks = 0; looks < kFirstCallLooks && context.bringer->Problem(peer.row).empty();
       ++looks) {
    context.follower->AwaitStep(kPollMs);
  }
  return peer;
}

// With the time that it would take on the link as it was measured last.
Result<Json> ShowPlan(const AdminContext& context) {
  Json repositories = Json::array();
  std::uint64_t missing_bytes = 0;
  for (const auto& planned : TRY(context.follower->Plan(context.cancelled))) {
    const auto measure = planned.measure ? *planned.measure : federation::MirrorMeasure();
    missing_bytes += measure.missing_bytes;
    repositories.push_back({{"repository", planned.repository},
                            {"files", measure.files},
                            {"bytes", measure.bytes},
                            {"missing_files", measure.missing_files},
                            {"missing_bytes", measure.missing_bytes},
                            {"problem", planned.measure ? "" : planned.measure.error().message()}});
  }
  const auto rate = context.follower->measured_rate();
  Json plan{{"repositories", std::move(repositories)},
            {"missing_bytes", missing_bytes},
            {"bytes_per_second", nullptr},
            {"seconds", nullptr}};
  if (rate != 0) {
    plan["bytes_per_second"] = rate;
    plan["seconds"] = missing_bytes / rate;
  }
  return plan;
}

Result<Json> FetchingJson(const AdminContext& context, Connection& connection) {
  const auto limits =
      context.follower == nullptr ? federation::FetchLimits() : context.follower->limits();
  const auto state = TRY(federation::ReadFetchState(connection, limits, context.clock.NowMs()));
  return Json{{"in_window", state.is_open},
              {"in_budget", state.has_budget},
              {"today_bytes", state.today_bytes},
              {"month_bytes", state.month_bytes}};
}

}  // namespace

Result<Json> ListPeers(const AdminContext& context, const Json&) {
  Json list = Json::array();
  auto lease = TRY(context.database().Read());
  for (const auto& peer : TRY(federation::ListPeers(*lease)))
    list.push_back(PeerJson(context, peer));
  return list;
}

Result<Json> AddPeer(const AdminContext& context, const Json& arguments) {
  const auto address = TRY(NeedText(arguments, "address"));
  if (address.ends_with(federation::kArchiveEnding)) {
    return Error(Errc::Invalid, "an archive is no peer: `banyan bundle import` reads it");
  }
  TRY(RequireAnother(context, TRY(federation::NormalizeAddress(address))));
  const bool is_pushed = TRY(ReadAnswer(arguments, "push")).value_or(false);
  const auto push = is_pushed ? federation::Push::Yes : federation::Push::No;
  federation::Peer peer;
  TRY(context.database().Write([&](Connection& connection) -> Status {
    peer = TRY(federation::AddPeer(connection, address, context.clock.NowMs(), push));
    return Ok();
  }));
  if (context.follower == nullptr) return PeerJson(context, peer);
  context.follower->Hurry();
  if (context.bringer != nullptr) context.bringer->Hurry();
  const auto now = TRY(AwaitAnswer(context, peer));
  if (now.problem != federation::kIsItself) return PeerJson(context, now);
  TRY(context.database().Write(
      [&](Connection& connection) { return federation::RemovePeer(connection, now.row); }));
  return Itself(now.address);
}

Result<Json> RemovePeer(const AdminContext& context, const Json& arguments) {
  const auto text = TRY(NeedText(arguments, "peer"));
  federation::Peer peer;
  TRY(context.database().Write([&](Connection& connection) -> Status {
    peer = TRY(federation::FindPeer(connection, text));
    return federation::RemovePeer(connection, peer.row);
  }));
  if (context.bringer != nullptr) context.bringer->Hurry();
  return PeerJson(context, peer);
}

Result<Json> Follow(const AdminContext& context, const Json& arguments) {
  const auto rule = TRY(federation::FollowRule::Parse(TRY(NeedText(arguments, "rule"))));
  TRY(context.database().Write([&](Connection& connection) {
    return federation::AddFollow(connection, rule, context.clock.NowMs());
  }));
  if (context.follower != nullptr) context.follower->Hurry();
  return RuleJson(rule);
}

Result<Json> Unfollow(const AdminContext& context, const Json& arguments) {
  const auto rule = TRY(federation::FollowRule::Parse(TRY(NeedText(arguments, "rule"))));
  TRY(context.database().Write(
      [&](Connection& connection) { return federation::RemoveFollow(connection, rule); }));
  return RuleJson(rule);
}

Result<Json> BindAlias(const AdminContext& context, const Json& arguments) {
  const auto node = TRY(federation::NodeId::Parse(TRY(NeedText(arguments, "node"))));
  auto name = TRY(NeedText(arguments, "namespace"));
  TRY(context.database().Write([&](Connection& connection) -> Status {
    name = TRY(federation::AliasNamespace(connection, node, name, context.clock.NowMs()));
    return Ok();
  }));
  return Json{{"namespace", name}, {"node", node.ToString()}};
}

Result<Json> ShowFederation(const AdminContext& context, const Json&) {
  auto lease = TRY(context.database().Read());
  const auto own = TRY(federation::FindOwnNode(*lease));
  Json origins = Json::array();
  for (const auto& origin : TRY(federation::ListFollowed(*lease))) {
    origins.push_back(TRY(OriginJson(context, *lease, origin)));
  }
  Json peers = TRY(ListPeers(context, {}));
  Json fetching = TRY(FetchingJson(context, *lease));
  const auto problem = context.follower == nullptr ? "" : context.follower->PolicyProblem();
  const auto log_problem = context.own_log == nullptr ? "" : context.own_log->Problem();
  Json holders = TRY(OwnHoldersJson(*lease));
  return Json{{"node_id", own ? Json(own->ToString()) : Json()},
              {"log_problem", log_problem},
              {"log_held_by", std::move(holders)},
              {"policy_problem", problem},
              {"fetching", std::move(fetching)},
              {"peers", std::move(peers)},
              {"origins", std::move(origins)}};
}

Result<Json> GoOn(const AdminContext& context, const Json&) {
  if (TRY(LookRestored(context.fs, context.database(), context.directory)) == Restored::No) {
    return Error(Errc::Conflict,
                 "nothing waits for this: the node was not put back from a backup, "
                 "or signs again already");
  }
  TRY(WriteFileDurably(context.fs, context.directory + "/" + std::string(kGoOnFile), {}));
  if (context.own_log != nullptr) TRY(context.own_log->Update());
  return Json{{"log_problem", context.own_log == nullptr ? "" : context.own_log->Problem()}};
}

Result<Json> SyncNow(const AdminContext& context, const Json& arguments) {
  if (context.follower == nullptr) {
    return Error(Errc::Unavailable,
                 "no node runs on this directory: `banyan serve` asks all peers when it starts");
  }
  const auto policy = context.follower->ReadPolicy();  // what is wrong with it is shown at the end
  if (TRY(ReadAnswer(arguments, "dry_run")).value_or(false)) {
    TRY(Status(policy));
    return ShowPlan(context);
  }
  const bool is_now = TRY(ReadAnswer(arguments, "now")).value_or(false);
  context.follower->Hurry(is_now ? Follower::Hours::Any : Follower::Hours::AsInPolicy);
  while (!context.follower->IsIdle()) {
    if (context.cancelled) return Error(Errc::Cancelled, "interrupted: the node goes on with it");
    context.follower->AwaitStep(kPollMs);
  }
  return ShowFederation(context, arguments);
}

}  // namespace banyan::node
