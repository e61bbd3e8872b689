// Origins that ask before they sign: what they are told, what they may be put back to, and the
// promise of PROTOCOL.md section 5, which is looked at whenever one has signed something.
#include <algorithm>

#include "federation/origin_rows.h"
#include "tests/simulation/log_peer.h"
#include "tests/simulation/world.h"
#include "tests/support/must.h"

namespace banyan::simulation {

using namespace federation;

namespace {

constexpr std::uint64_t kMostRestores = 6;  // of origins, for each that there is
constexpr std::uint64_t kAnswersMax = 1'000'000;

// How many entries are held of an epoch, and what the first so many lead to.
class Rows {
 public:
  Rows(SimNode& node, const NodeId& origin, std::uint64_t epoch)
      : lease_(MUST(node.database().Read())),
        log_{MUST(FindOrigin(*lease_, origin)).value().row, epoch} {}

  std::uint64_t Count() { return MUST(CountEntries(*lease_, log_)); }
  LogHash RootAt(std::uint64_t size) { return MUST(ReadFrontier(*lease_, log_, size)).Root(); }

 private:
  storage::Database::Lease lease_;
  const LogId log_;
};

bool HasEvidence(SimNode& node, const NodeId& origin, std::uint64_t epoch) {
  auto lease = MUST(node.database().Read());
  auto rows = lease->Query(
      "SELECT 1 FROM fork_evidence JOIN origin ON origin.id = fork_evidence.origin "
      "WHERE origin.node = ? AND fork_evidence.epoch = ?",
      origin.genesis(), epoch);
  return rows.Next();
}

}  // namespace

NodeOptions::Peers World::PeersFor(std::size_t i) {
  if (!options_.asks_first || i >= options_.origins) return {};
  return [this, i] { return ChoosePeers(i); };
}

// A liar tells an origin the truth about its own log every other time: one that never did, and has
// a signed head to show, would keep it from signing for ever.
std::vector<node::AskPeers::Source> World::ChoosePeers(std::size_t i) {
  auto& place = nodes_[i];
  place.asked.clear();
  std::vector<node::AskPeers::Source> peers;
  for (const auto peer : place.peers) {
    const auto conduct = nodes_[peer].conduct;
    const bool is_there = IsInReach(i, peer) && !IsStruck(options_.link.lost_in_1000);
    const bool lies = conduct != Conduct::Honest && random_.OneIn(2);
    LogPeer::Options options{is_there ? kAnswersMax : 0, lies ? conduct : Conduct::Honest,
                             random_.Next()};
    if (is_there && IsStruck(options_.link.lost_in_1000)) options.answers = 1 + random_.Below(3);
    if (is_there && !lies) place.asked.push_back(peer);
    peers.push_back(std::make_shared<LogPeer>(node(peer), options));
  }
  return peers;
}

void World::UpdateLog(std::size_t i) {
  auto& place = nodes_[i];
  place.updated_ms = now_ms();
  place.asked.clear();
  const auto updated = place.node->UpdateLog();
  if (place.node->lost_power()) return Fell(i);
  MUST(updated);
  const auto before = place.released;
  TakeReleased(i);
  if (place.released != before) Give(i, Released());
}

void World::TakeReleased(std::size_t i) {
  auto& place = nodes_[i];
  auto* const files = place.node->files();
  if (files == nullptr || files->published().size == 0) return;
  const SignedPlace now{place.node->origin().log.epoch, files->published()};
  if (now == place.released) return;
  INFO(place.node->name() << " released " << now.state.size << " entries of epoch " << now.epoch);
  truth_[place.node->id()].Extend(*place.node);
  if (options_.holds_content) NotePublished(*place.node, published_);
  const bool begins = now.epoch > place.released.epoch;
  place.released = now;
  Note("released " + place.node->name() + " " + std::to_string(now.epoch) + ":" +
       std::to_string(now.state.size));
  for (const auto peer : place.asked) {
    // One that has yet to hear of this epoch was compared when that began.
    const auto held = nodes_[peer].watch.Held(place.node->id());
    if (held.epoch >= now.epoch || begins) RequireKept(i, peer);
  }
  if (begins) RequireProven(i);
}

// What was signed contradicts nothing that a peer had stored that was asked before.
void World::RequireKept(std::size_t i, std::size_t peer) {
  const auto& id = node(i).id();
  const auto now = nodes_[i].released;
  const auto held = nodes_[peer].watch.Held(id);
  if (held.state.size == 0) return;
  INFO(node(peer).name() << " had " << held.state.size << " entries of epoch " << held.epoch);
  const auto epoch = std::min(now.epoch, held.epoch);
  Rows ours(node(i), id, epoch);
  Rows theirs(node(peer), id, epoch);
  if (held.epoch > now.epoch) REQUIRE(now.state.size <= theirs.Count());
  const auto common = std::min(ours.Count(), theirs.Count());
  REQUIRE(ours.RootAt(common) == theirs.RootAt(common));
}

// That there was a fork, somebody can show.
void World::RequireProven(std::size_t i) {
  ++counts_.epochs;
  const auto ended = nodes_[i].released.epoch - 1;
  REQUIRE(std::ranges::any_of(nodes_, [&](const auto& place) {
    return place.node->is_up() && HasEvidence(*place.node, node(i).id(), ended);
  }));
}

void World::BackUp(std::size_t i) {
  nodes_[i].node->BackUp();
  nodes_[i].backed_up_epoch = nodes_[i].released.epoch;
}

bool World::IsForked(std::size_t origin) const {
  const auto& place = nodes_[origin];
  return truth_.at(place.node->id()).IsForked(place.released.epoch);
}

// An origin with a fence stays stopped when nobody has what the fence knows of. One that is put
// back to before a repair, or again before the repair, may sign what nobody can go on from who saw
// another history: then its operator is asked (tests/node/own_log_promise_test.cc).
bool World::MayBePutBack(std::size_t i) const {
  const auto& place = nodes_[i];
  if (!place.node->has_backup()) return false;
  if (!options_.asks_first || i >= options_.origins) return true;
  return i % 2 == 0 && place.backed_up_epoch == place.released.epoch && !IsForked(i) &&
         counts_.origins_restored < kMostRestores * options_.origins;
}

}  // namespace banyan::simulation
