#include "node/follower.h"

#include <algorithm>

#include "federation/bundle/archive_peer.h"
#include "federation/bundle/bundle_sink.h"
#include "federation/own_origin.h"
#include "federation/transfer/folder_peer.h"
#include "node/address_rules.h"
#include "node/entering.h"
#include "node/http_peer.h"
#include "node/reverse_peer.h"
#include "storage/base/logging.h"

namespace banyan::node {
namespace {

constexpr std::size_t kAskers = 16;
constexpr std::size_t kAskersOfPeer = 4;
constexpr std::size_t kTellers = 4;
constexpr std::size_t kMirrors = 2;
constexpr std::size_t kInputsMax = 256;
constexpr std::int64_t kTickMs = 1000;
constexpr std::uint64_t kMeasuredBytes = 100'000;  // fewer say nothing about a link

// The repository that a card is of here; 0: none yet.
Result<std::int64_t> RepositoryOf(storage::Database& database, std::int64_t card) {
  auto lease = TRY(database.Read());
  auto rows = lease->Query("SELECT repository FROM repository_card WHERE id = ?", card);
  const std::int64_t repository = rows.Next() ? rows.Int(0) : 0;
  TRY(rows.status());
  return repository;
}

}  // namespace

Follower::Follower(Hub& hub, FileSystem& fs, const Reach& reach)
    : hub_(hub),
      fs_(fs),
      reach_(reach),
      rate_limit_(hub.clock, 0),
      service_(hub.database, hub.random),
      askers_(kAskers, kAskersOfPeer),
      tellers_(kTellers, 1),
      mirrors_(kMirrors) {}

void Follower::Start() {
  TakePolicy();
  decider_ = std::thread([this] { Loop(); });
}

void Follower::Stop() {
  is_stopping_ = true;
  breaks_off_ = true;
  {
    const MutexLock lock(mutex_);
    changed_.NotifyAll();
  }
  if (decider_.joinable()) decider_.join();
  askers_.Stop();
  tellers_.Stop();
  mirrors_.Stop();
}

std::uint64_t Follower::Give(federation::Input input) {
  const MutexLock lock(mutex_);
  inputs_.push_back(std::move(input));
  is_idle_ = false;
  changed_.NotifyAll();
  return ++given_;
}

std::uint64_t Follower::TakePolicy() {
  const auto policy = hub_.policy.policy();
  rate_limit_.SetLimit(policy->limits.bytes_per_s);
  return Give(federation::PolicyRead{*policy});
}

Status Follower::ReadPolicy() {
  if (TRY(hub_.policy.Read()) == PolicyFile::Outcome::Same) return Ok();
  const auto number = TakePolicy();
  MutexLock lock(mutex_);
  while (taken_ < number && !is_stopping_) stepped_.WaitFor(mutex_, kTickMs);
  return Ok();
}

void Follower::Hurry(Hours hours) { Give(federation::Hurry{hours == Hours::Any}); }

void Follower::NodeCame(const federation::NodeId& node) {
  auto lease = hub_.database.Read();
  if (!lease) return;
  const auto peer =
      federation::FindPeer(**lease, std::string(federation::kCallingPrefix) + node.ToString());
  if (peer) Give(federation::PeerCame{peer->row});
}

void Follower::TakeHint(const federation::NodeId& node, std::string note) {
  {
    const MutexLock lock(mutex_);
    if (inputs_.size() >= kInputsMax) return;  // it gets lost, as hints may
  }
  Give(federation::Hinted{node, std::move(note)});
}

Status Follower::Tell(const federation::Hint& hint) {
  const auto opened = TRY(Source(hint.peer));
  if (!opened.link) return Ok();  // who calls asks what is new
  ApiRequest request;
  request.method = "POST";
  request.path = "/fed/heads";
  request.content_type = "text/plain";
  request.body = hint.note;
  TRY(opened.link->Send(std::move(request)));
  return Ok();
}

bool Follower::IsIdle() {
  const MutexLock lock(mutex_);
  return is_idle_;
}

void Follower::AwaitStep(std::int64_t timeout_ms) {
  MutexLock lock(mutex_);
  stepped_.WaitFor(mutex_, timeout_ms);
}

void Follower::Loop() {
  while (!is_stopping_) {
    federation::Input input = federation::Tick();
    bool is_given = false;
    {
      MutexLock lock(mutex_);
      if (inputs_.empty() && !is_stopping_) changed_.WaitFor(mutex_, kTickMs);
      is_given = !inputs_.empty();
      if (is_given) {
        input = std::move(inputs_.front());
        inputs_.pop_front();
      }
    }
    const auto counted = CountBytes();
    if (!counted) {
      log::Error("federation", "event=count_failed error=\"{}\"", counted.error().message());
    }
    const auto outputs = service_.Step(hub_.clock.NowMs(), input);
    breaks_off_ = is_stopping_ || !service_.may_fetch();
    if (service_.TakeOwnShown() && on_own_shown_) on_own_shown_();
    if (!outputs) {
      log::Error("federation", "event=step_failed error=\"{}\"", outputs.error().message());
    } else {
      for (const auto& output : *outputs) Do(output);
    }
    const MutexLock lock(mutex_);
    taken_ += is_given ? 1 : 0;
    is_idle_ = inputs_.empty() && service_.is_idle();
    stepped_.NotifyAll();
  }
}

// For the budget of the day and the month; at most once a second.
Status Follower::CountBytes() {
  const auto total = rate_limit_.total_bytes();
  const auto now_ms = hub_.clock.MonotonicMs();
  if (total == counted_bytes_ || now_ms - counted_ms_ < kTickMs) return Ok();
  TRY(hub_.database.Write([&](storage::Connection& connection) {
    return federation::CountFetched(connection, total - counted_bytes_, hub_.clock.NowMs());
  }));
  counted_bytes_ = total;
  counted_ms_ = now_ms;
  return Ok();
}

void Follower::Do(const federation::Output& output) {
  if (const auto* ask = std::get_if<federation::Ask>(&output)) {
    askers_.Give(ask->peer, [this, ask = *ask] { Give(Answered(ask)); });
  } else if (const auto* task = std::get_if<federation::MirrorTask>(&output)) {
    mirrors_.Give([this, task = *task] {
      Mirror(task);
      Give(federation::MirrorEnded{task.card});
    });
  } else {
    // One that is still listening to the last hint hears of this head in its next round.
    const auto& hint = std::get<federation::Hint>(output);
    if (!tellers_.IsIdle(hint.peer)) return;
    tellers_.Give(hint.peer, [this, hint] {
      const auto told = Tell(hint);
      if (told) return;
      log::Debug("federation", "event=hint_lost error=\"{}\"", told.error().message());
    });
  }
}

Result<Follower::Opened> Follower::Source(std::int64_t peer) {
  federation::Peer row;
  {
    auto lease = TRY(hub_.database.Read());
    row = TRY(federation::GetPeer(*lease, peer));
  }
  const SourceKey key(row.address, row.found);
  {
    const MutexLock lock(mutex_);
    const auto found = sources_.find(key);
    if (found != sources_.end()) return found->second;
  }
  TRY(ForgetGone());
  const MutexLock lock(mutex_);
  const auto found = sources_.find(key);  // somebody else may have opened it meanwhile
  if (found != sources_.end()) return found->second;
  auto opened = TRY(Open(row));
  sources_[key] = opened;
  return opened;
}

// Of addresses that were found there may be ever new ones.
Status Follower::ForgetGone() {
  std::set<SourceKey> peers;
  {
    auto lease = TRY(hub_.database.Read());
    for (const auto& peer : TRY(federation::ListPeers(*lease))) {
      peers.emplace(peer.address, peer.found);
    }
  }
  const MutexLock lock(mutex_);
  std::erase_if(sources_, [&](const auto& item) { return !peers.contains(item.first); });
  return Ok();
}

Result<Follower::Opened> Follower::Open(const federation::Peer& peer) {
  const auto& address = peer.address;
  if (address.starts_with('/')) {
    SourcePtr carried = TRY(OpenCarried(fs_, address));
    return Opened{std::move(carried), nullptr};
  }
  if (address.starts_with(federation::kCallingPrefix)) {
    const auto id = address.substr(federation::kCallingPrefix.size());
    const auto node = TRY(federation::NodeId::Parse(id));
    return Opened{std::make_shared<ReversePeer>(node, reach_.desk, rate_limit_), nullptr};
  }
  const auto link =
      std::make_shared<PeerLink>(address, PeerLink::World{rate_limit_, is_stopping_, reach_.signer},
                                 AddressRuleFor(peer.found));
  return Opened{std::make_shared<HttpPeer>(link), link};
}

std::vector<Follower::SourcePtr> Follower::Sources(const std::vector<std::int64_t>& peers) {
  std::vector<SourcePtr> sources;
  for (const auto peer : peers) {
    if (auto opened = Source(peer)) sources.push_back(std::move(opened->source));
  }
  return sources;
}

Result<std::vector<Follower::SourcePtr>> Follower::Peers() {
  std::vector<std::int64_t> rows;
  {
    auto lease = TRY(hub_.database.Read());
    for (const auto& peer : TRY(federation::ListPeers(*lease))) rows.push_back(peer.row);
  }
  return Sources(rows);
}

Result<std::vector<Follower::KnownNode>> Follower::KnownNodes() {
  std::multimap<federation::NodeId, federation::Peer> known;
  {
    auto lease = TRY(hub_.database.Read());
    const auto own = TRY(federation::FindOwnNode(*lease));
    for (const auto& peer : TRY(federation::ListPeers(*lease))) {
      const bool is_near = peer.found == federation::Found::Nearby;
      if (!peer.node || peer.node == own || is_near || peer.address.starts_with('/')) continue;
      known.emplace(*peer.node, peer);
    }
  }
  std::vector<KnownNode> nodes;
  for (const auto& [node, peer] : known) {
    const auto opened = Source(peer.row);
    nodes.push_back({node, peer.address, opened ? opened->source : nullptr});
  }
  return nodes;
}

std::vector<Follower::SourcePtr> Follower::AnsweringSources() {
  std::vector<std::int64_t> answering;
  {
    auto lease = hub_.database.Read();
    if (!lease) return {};
    const auto peers = federation::ListPeers(**lease);
    if (!peers) return {};
    for (const auto& peer : *peers) {
      if (peer.answered_ms && peer.failures == 0) answering.push_back(peer.row);
    }
  }
  return Sources(answering);
}

std::vector<federation::PeerSource*> Borrowed(const std::vector<Follower::SourcePtr>& sources) {
  std::vector<federation::PeerSource*> peers;
  for (const auto& source : sources) peers.push_back(source.get());
  return peers;
}

Result<std::vector<PlannedMirror>> Follower::Plan(const std::atomic<bool>& cancelled) {
  const auto sources = AnsweringSources();
  return PlanSync(hub_, Borrowed(sources), cancelled);
}

void Follower::ForgetSource(const std::string& address) {
  const MutexLock lock(mutex_);
  sources_.erase({address, federation::Found::Named});
}

Result<std::unique_ptr<federation::PeerSource>> OpenCarried(FileSystem& fs,
                                                            const std::string& path) {
  using Opened = std::unique_ptr<federation::PeerSource>;
  if (path.ends_with(federation::kArchiveEnding)) {
    return Opened(TRY(federation::ArchivePeer::Open(fs, path)));
  }
  return Opened(std::make_unique<federation::FolderPeer>(fs, path));
}

federation::Answer Follower::Answered(const federation::Ask& ask) {
  federation::Answer answer{ask.id, {}, {}, {}};
  const auto opened = Source(ask.peer);
  if (!opened) {
    answer.error = opened.error();
  } else if (ask.path.empty()) {
    auto objects = opened->source->GetObjects(ask.objects);
    if (objects) answer.objects = *std::move(objects);
    if (!objects) answer.error = std::move(objects.error());
  } else {
    auto body = opened->source->Get(ask.path, ask.max_bytes);
    if (body) answer.body = *std::move(body);
    if (!body) answer.error = std::move(body.error());
  }
  return answer;
}

federation::MirrorParts Follower::Parts() {
  federation::MirrorParts parts{hub_.clock,   hub_.random, hub_.database,
                                hub_.content, breaks_off_, hub_.quota()};
  parts.room = hub_.policy.policy()->limits;
  parts.shared_room = &mirror_room_;
  parts.arriving = hub_.arriving;
  return parts;
}

void Follower::Mirror(const federation::MirrorTask& task) {
  const auto sources = Sources(task.peers);
  const auto peers = Borrowed(sources);
  federation::RepositoryMirror mirror(Parts());
  const auto begun_ms = hub_.clock.MonotonicMs();
  const auto report = mirror.Run(task.card, peers);
  const auto spent_ms = std::max<std::int64_t>(hub_.clock.MonotonicMs() - begun_ms, 1);
  if (report.fetched_bytes > kMeasuredBytes) {
    measured_rate_ = report.fetched_bytes * 1000 / static_cast<std::uint64_t>(spent_ms);
  }
  for (const auto& lie : report.lies) {
    log::Warning("federation", "event=peer_lied peer={} what=\"{}\"", lie.peer, lie.what);
  }
  if (report.is_put_off) {
    return log::Info("federation", "event=mirror_put_off card={} reason=\"{}\"", task.card,
                     report.outcome.error().message());
  }
  if (!report.outcome) {
    return log::Warning("federation", "event=mirror_failed card={} error=\"{}\"", task.card,
                        report.outcome.error().message());
  }
  const auto repository = RepositoryOf(hub_.database, task.card);
  if (*report.outcome != federation::MirrorOutcome::Mirrored || !repository) return;
  FollowHead(hub_, *repository);
  log::Info("federation", "event=mirrored repository={} files={} bytes={} fetched={} reused={}",
            *repository, report.files, report.bytes, report.fetched_bytes, report.reused_bytes);
}

}  // namespace banyan::node
