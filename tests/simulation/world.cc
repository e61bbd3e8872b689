#include "tests/simulation/world.h"

#include <algorithm>
#include <cstdlib>
#include <iostream>

#include "tests/simulation/content_peer.h"
#include "tests/simulation/desk_exchange.h"
#include "tests/support/must.h"

namespace banyan::simulation {

using namespace federation;

namespace {

const std::string kScheme = "http://node";
constexpr std::int64_t kUpdateMs = 10'000;  // between two looks at the own log

std::string AddressOf(std::size_t i) { return kScheme + std::to_string(i); }

std::string KindOf(const Input& input) {
  static const char* const kinds[] = {"tick", "hurry",    "answer", "mirror-ended", "policy",
                                      "came", "released", "hinted", "neighbours",   "may-sign"};
  return kinds[input.index()];
}

}  // namespace

World::World(const Edges& edges, const WorldOptions& options)
    : options_(options), random_(options.seed) {
  for (std::size_t i = 0; i < edges.peers.size(); ++i) {
    const bool publishes = i < options.origins;
    const bool has_fence = publishes && (!options.asks_first || i % 2 == 1);
    NodeOptions of{options.seed * 100'000 + i, publishes,       has_fence,
                   options.holds_content,      options.service, PeersFor(i)};
    nodes_.push_back({});
    auto& place = nodes_.back();
    place.node = std::make_unique<SimNode>("node" + std::to_string(i), of, events_.clock());
    place.peers = edges.peers[i];
    place.is_behind_nat = edges.behind_nat[i];
  }
  for (std::size_t i = 0; i < size(); ++i) StartNode(i);
  AddPeers();
  for (std::size_t i = 0; i < size(); ++i) {
    for (std::size_t origin = 0; origin < options.origins; ++origin) {
      if (origin != i) MUST(node(i).Follow(node(origin).id()));
    }
    After(static_cast<std::int64_t>(
              random_.Below(static_cast<std::uint64_t>(options_.service.pause_ms))),
          [this, i] { Tick(i); });
  }
}

// Rows of peers are made in the order of `peers`: first those that the node dials, then those that
// call it.
void World::AddPeers() {
  for (std::size_t i = 0; i < size(); ++i) {
    for (const auto peer : nodes_[i].peers) MUST(node(i).AddPeer(AddressOf(peer)));
  }
  for (std::size_t i = 0; i < size(); ++i) {
    if (!nodes_[i].is_behind_nat) continue;
    for (const auto peer : nodes_[i].peers) {
      auto& place = nodes_[peer];
      if (place.is_behind_nat) continue;
      MUST(place.node->AddPeer(std::string(kCallingPrefix) + node(i).id().ToString()));
      place.peers.push_back(i);
      place.callers[i] = 0;
    }
  }
}

void World::Note(const std::string& what) {
  static const bool is_shown = std::getenv("BANYAN_TRACE") != nullptr;
  const auto line = std::to_string(now_ms() - FakeClock::kStartMs) + " " + what;
  if (is_shown) std::cout << line << "\n";
  digest_ = HashSha256(AsBytes(digest_.ToString() + line));
}

void World::StartNode(std::size_t i) {
  auto& place = nodes_[i];
  place.asked.clear();
  const auto started = place.node->Start();
  if (place.node->lost_power()) return Fell(i);
  Note("start " + place.node->name() + (started ? "" : " " + started.error().message()));
  if (!started) {  // only its own log may have stopped
    INFO(started.error().message());
    REQUIRE(place.node->is_up());
  }
  place.desk = std::make_unique<node::WantDesk>(
      events_.clock(), [&place](const NodeId&) { place.has_come = true; }, DeskOptions());
  TakeReleased(i);
}

void World::Crash(std::size_t i, std::int64_t restart_after_ms) {
  auto& place = nodes_[i];
  if (!place.node->is_up()) return;
  place.restart_after_ms = restart_after_ms;
  Fell(i);
}

void World::CrashAtWrite(std::size_t i, std::uint64_t nth, std::int64_t restart_after_ms) {
  if (!nodes_[i].node->is_up()) return;
  nodes_[i].restart_after_ms = restart_after_ms;
  nodes_[i].node->PlanCrash(nth);
}

void World::Fell(std::size_t i) {
  auto& place = nodes_[i];
  Note("crash " + place.node->name());
  ++counts_.crashes;
  ++place.life;
  place.node->Crash(random_.Next());
  After(place.restart_after_ms, [this, i] { StartNode(i); });
}

void World::Restore(std::size_t i) {
  auto& place = nodes_[i];
  if (!place.node->is_up()) return;
  if (!MayBePutBack(i)) return BackUp(i);
  Note("restore " + place.node->name());
  ++counts_.restores;
  ++place.life;
  place.node->Crash(random_.Next());
  place.node->Restore();
  place.watch.Forget();
  if (i < options_.origins && options_.asks_first) {
    ++counts_.origins_restored;
    truth_[place.node->id()].PutBack(place.node->name());
  }
  StartNode(i);
}

void World::Clone(std::size_t i, std::size_t of) {
  auto& place = nodes_[i];
  Note("clone " + place.node->name() + " of " + nodes_[of].node->name());
  ++place.life;
  place.node->Crash(0);
  place.node->BecomeCopyOf(*nodes_[of].node);
  truth_[nodes_[of].node->id()].Copy(nodes_[of].node->name(), place.node->name());
  StartNode(i);
}

void World::Publish(std::size_t i) {
  auto& place = nodes_[i];
  const bool may_change = options_.asks_first || place.node->is_signing();
  if (!place.node->is_up() || !may_change) return;
  place.asked.clear();
  const auto published = place.node->Publish();
  if (place.node->lost_power()) return Fell(i);
  MUST(published);
  Note("publish " + place.node->name());
  TakeReleased(i);
  Give(i, Released());
}

void World::Tick(std::size_t i) {
  After(options_.tick_ms, [this, i] { Tick(i); });
  if (!node(i).is_up()) return;
  if (nodes_[i].conduct == Conduct::Hints) SpreadLies(i);
  CallAll(i);
  const bool asks = options_.asks_first && i < options_.origins;
  if (asks && now_ms() - nodes_[i].updated_ms >= kUpdateMs) UpdateLog(i);
  Give(i, federation::Tick());
}

void World::Give(std::size_t i, const Input& input) {
  auto& place = nodes_[i];
  if (!place.node->is_up()) return;
  ++counts_.steps;
  place.watch.Hear(*place.node, input);
  const auto outputs = place.node->Step(input);
  if (place.node->lost_power()) return Fell(i);
  INFO(place.node->name() << " was given a " << KindOf(input));
  if (!outputs) FAIL(outputs.error().message());
  if (!outputs->empty() || !std::holds_alternative<federation::Tick>(input)) {
    Note("step " + place.node->name() + " " + KindOf(input) + " " +
         std::to_string(outputs->size()));
    place.watch.Look(*place.node, truth_);
  }
  for (const auto& output : *outputs) Carry(i, output);
  if (place.node->is_log_due()) UpdateLog(i);
}

void World::Carry(std::size_t i, const Output& output) {
  if (const auto* ask = std::get_if<Ask>(&output)) {
    ++counts_.asks;
    CarryAsk(i, *ask);
  } else if (const auto* task = std::get_if<MirrorTask>(&output)) {
    CarryMirror(i, *task);
  } else if (const auto* hint = std::get_if<Hint>(&output)) {
    if (options_.tells_hints) CarryHint(i, PeerAt(i, hint->peer), hint->note);
  }
}

// Rows of peers never change.
std::size_t World::PeerAt(std::size_t i, std::int64_t row) {
  return nodes_[i].peers.at(static_cast<std::size_t>(row - 1));
}

bool World::Reaches(std::size_t from, std::size_t to) const {
  return nodes_[to].node->is_up() && !nodes_[to].is_behind_nat &&
         side_.contains(from) == side_.contains(to);
}

std::int64_t World::Latency() {
  const auto jitter = static_cast<std::uint64_t>(options_.link.jitter_ms) + 1;
  return options_.link.latency_ms + static_cast<std::int64_t>(random_.Below(jitter));
}

void World::CarryAsk(std::size_t i, const Ask& ask) {
  const auto to = PeerAt(i, ask.peer);
  const auto life = nodes_[i].life;
  const bool is_lost = IsStruck(options_.link.lost_in_1000);
  After(Latency(), [this, i, to, life, ask, is_lost] {
    Answer answer{ask.id, {}, {}, {}};
    if (is_lost || !IsInReach(i, to)) {
      answer.error = Error(Errc::Unavailable, "no answer");
      return Deliver(i, life, std::move(answer), options_.link.timeout_ms);
    }
    answer = AnswerOf(to, ask);
    if (!Reaches(i, to)) answer = TakeFromCaller(i, to, ask, answer);
    const auto bytes = static_cast<std::int64_t>(answer.body.size());
    counts_.answer_bytes += answer.body.size();
    if (IsStruck(options_.link.doubled_in_1000)) Deliver(i, life, answer, 3 * Latency());
    Deliver(i, life, std::move(answer), Latency() + bytes / options_.link.bytes_per_ms);
  });
}

void World::Deliver(std::size_t i, std::uint64_t life, Answer answer, std::int64_t delay_ms) {
  After(delay_ms, [this, i, life, answer = std::move(answer)] {
    if (nodes_[i].life == life) Give(i, answer);
  });
}

void World::CarryHint(std::size_t i, std::size_t to, const std::string& note) {
  ++counts_.hints;
  const auto copies = IsStruck(options_.link.doubled_in_1000) ? 2 : 1;
  for (int copy = 0; copy < copies; ++copy) {
    if (IsStruck(options_.link.lost_in_1000)) continue;
    After(Latency(), [this, i, to, note] {
      if (Reaches(i, to)) Give(to, Hinted{node(i).id(), note});
    });
  }
}

void World::CarryMirror(std::size_t i, const MirrorTask& task) {
  After(Latency(), [this, i, task, life = nodes_[i].life] {
    if (nodes_[i].life == life && node(i).is_up()) Mirror(i, task);
  });
}

void World::Mirror(std::size_t i, const MirrorTask& task) {
  std::vector<std::unique_ptr<ContentPeer>> peers;
  std::vector<PeerSource*> borrowed;
  for (const auto row : task.peers) {
    peers.push_back(std::make_unique<ContentPeer>(*this, i, PeerAt(i, row)));
    borrowed.push_back(peers.back().get());
  }
  const auto report = node(i).Mirror(task.card, borrowed);
  if (node(i).lost_power()) return Fell(i);
  ++(report.outcome ? counts_.mirrored : counts_.mirrors_failed);
  Note("mirror " + node(i).name() + " " + std::to_string(task.card) +
       (report.outcome ? "" : " " + report.outcome.error().message()));
  LookAtMirrors(node(i), published_);
  After(Latency(), [this, i, card = task.card, life = nodes_[i].life] {
    if (nodes_[i].life == life) Give(i, MirrorEnded{card});
  });
}

Result<World::Objects> World::Exchange(std::size_t reader, std::size_t peer,
                                       const std::function<Result<Objects>(SimNode&)>& answer) {
  const MutexLock lock(exchange_mutex_);
  if (!IsInReach(reader, peer) || IsStruck(options_.link.lost_in_1000)) {
    return Error(Errc::Unavailable, "no answer");
  }
  auto objects = TRY(answer(node(peer)));
  for (auto& object : objects) {
    if (!object || object->empty()) continue;
    if (nodes_[peer].conduct == Conduct::Babbles) *object = random_.TakeBytes(random_.Below(5000));
    if (nodes_[peer].conduct == Conduct::Garbles) (*object)[random_.Below(object->size())] ^= 1;
  }
  return objects;
}

bool World::HasAllContent() {
  for (std::size_t origin = 0; origin < options_.origins; ++origin) {
    for (std::size_t i = 0; i < size(); ++i) {
      if (i == origin || nodes_[i].conduct != Conduct::Honest) continue;
      if (!HasMirrored(node(i), node(origin).id())) return false;
    }
  }
  return true;
}

}  // namespace banyan::simulation
