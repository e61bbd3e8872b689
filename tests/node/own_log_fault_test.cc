// A disk that fails, is full, or loses power while the own log is written, takes its tail from a
// peer, or opens its next epoch: afterwards it goes on as if nothing had been.
#include <cstdlib>

#include "tests/node/log_places.h"

using namespace banyan;
using namespace banyan::node;
using namespace banyan::node::testing;

namespace {

enum class Peer { Agrees, IsLonger, IsForked };

// The disk of a node that is to take what a peer holds, prepared once.
struct Prepared {
  PublishingNode a{"a", 1};
  PublishingNode b{"b", 2};
  FollowingNode peer{"peer"};

  explicit Prepared(Peer kind) {
    a.Start();
    a.Change("one");
    a.Update();
    peer.Follow(a.node());
    peer.Ask(a.view);
    b.CopyFrom(a);
    if (kind == Peer::Agrees) return;
    a.clock.Advance(60'000);
    a.Change("theirs");
    a.Update();
    peer.Round();
    if (kind == Peer::IsForked) {
      b.Start();
      b.clock.Advance(60'000);
      b.Change("ours");
      b.Update();
      b.Stop();
    }
  }
};

// As after a restart: it signs, in the epoch and with the peer's agreement.
void RequireGoesOn(Prepared& prepared, const std::shared_ptr<MemoryFileSystem>& disk, Peer kind) {
  PublishingNode node("again", 3, disk);
  node.peers = {prepared.peer.view};
  node.Start();
  node.Update();
  INFO(node.Problem());
  REQUIRE(node.Problem().empty());
  const auto head = node.Head();
  node.clock.Advance(60'000);
  node.Change("later");
  node.Update();
  INFO(node.Problem());
  REQUIRE(node.Problem().empty());
  CHECK(node.Head().state.size == head.state.size + 1);
  CHECK(node.Head().epoch == (kind == Peer::IsForked ? 1 : 0));
  CHECK(node.HasFile("next.seed"));
  CHECK_FALSE(node.HasFile("after.seed"));
  FollowingNode follower("follower");
  follower.Follow(node.node());
  follower.Ask(node.view);
  follower.Round();
  CHECK(follower.Stopped(node.node()).empty());
  CHECK(HeadsOf(follower.catalog.database(), node.node()).back().state == node.Head().state);
}

// False when the plan struck nothing.
bool RunWithFault(Prepared& prepared, Peer kind, FaultPlan plan, std::uint64_t seed) {
  INFO(ToString(plan) << ", seed " << seed);
  const auto disk = std::make_shared<MemoryFileSystem>();
  disk->StartFrom(prepared.b.fs);
  bool struck = false;
  {
    PublishingNode node("b", 2, disk);
    node.peers = {prepared.peer.view};
    node.Start();
    node.clock.Advance(60'000);
    if (kind == Peer::Agrees) node.Change("ours");
    disk->SetFault(plan);
    node.Update();
    struck = disk->struck() > 0;
    disk->ClearFault();
    node.Stop();
  }
  if (plan.kind == FaultKind::Crash) disk->Crash(seed);
  RequireGoesOn(prepared, disk, kind);
  return struck;
}

void ForEveryStrike(Peer kind, FaultPlan plan, std::uint64_t seed) {
  Prepared prepared(kind);
  const std::uint64_t step = std::getenv("BANYAN_LONG") != nullptr ? 1 : 7;
  for (plan.nth = 1 + seed % step; RunWithFault(prepared, kind, plan, seed); plan.nth += step) {
    REQUIRE(plan.nth < 2000);
  }
}

}  // namespace

TEST_CASE("AFailingDiskOrAPowerCutDoesNotStopTheLog") {
  ForEveryStrike(Peer::Agrees, {.kind = FaultKind::Io, .forever = true}, 0);
  ForEveryStrike(Peer::Agrees, {.kind = FaultKind::NoSpace}, 1);
  ForEveryStrike(Peer::Agrees, {.kind = FaultKind::Crash}, 2);
}

TEST_CASE("AFailingDiskDoesNotStopARepairForEver") {
  ForEveryStrike(Peer::IsForked, {.kind = FaultKind::Io, .forever = true}, 0);
  ForEveryStrike(Peer::IsForked, {.kind = FaultKind::NoSpace}, 3);
}

TEST_CASE("APowerCutInARepairLeavesOneEpochWithItsKeys") {
  for (std::uint64_t seed = 0; seed < 3; ++seed) {
    ForEveryStrike(Peer::IsForked, {.kind = FaultKind::Crash, .applied = seed % 2 == 1}, seed);
  }
}

TEST_CASE("AFailingDiskOrAPowerCutDoesNotStopATailFromComing") {
  ForEveryStrike(Peer::IsLonger, {.kind = FaultKind::Io}, 1);
  ForEveryStrike(Peer::IsLonger, {.kind = FaultKind::Crash}, 2);
}
