// Older copies put back, and one seed in two places.
#include "tests/simulation/world.h"
#include "tests/support/must.h"

using namespace banyan;
using namespace banyan::simulation;

namespace {

constexpr std::int64_t kRoundMs = 75'000;

Edges Joined(std::vector<std::vector<std::size_t>> peers) {
  Edges edges{std::move(peers), {}};
  edges.behind_nat.resize(edges.peers.size());
  return edges;
}

// The largest head that the node knows to have cosigned.
std::int64_t CosignedSize(SimNode& node) {
  auto lease = MUST(node.database().Read());
  auto rows = lease->Query("SELECT coalesce(max(size), 0) FROM cosignature WHERE cosigner = ?",
                           node.id().genesis());
  REQUIRE(rows.Next());
  return rows.Int(0);
}

}  // namespace

// 0 publishes, 1 follows it, 2 reaches only 1.
TEST_CASE("AMirrorThatWasRestoredHidesNothingFromItsFollowers") {
  WorldOptions options;
  options.tells_hints = false;
  World world(Joined({{}, {0}, {1}}), options);
  const auto publish_twice = [&] {
    for (int i = 0; i < 2; ++i) {
      world.Publish(0);
      world.RunFor(3 * kRoundMs);
    }
  };
  publish_twice();
  world.node(1).BackUp();
  publish_twice();
  REQUIRE(world.IsConverged());
  world.Cut({2});
  world.Restore(1);
  publish_twice();  // as many changes of its heads as node 2 has read, yet others
  world.Cut({});
  world.RunFor(10 * kRoundMs);
  INFO(world.Lagging());
  CHECK(world.IsConverged());
}

TEST_CASE("AnOriginThatWasRestoredSignsNothingThatItsFenceContradicts") {
  WorldOptions options;
  World world(Joined({{1}, {0}}), options);
  world.Publish(0);
  world.node(0).BackUp();
  world.Publish(0);
  world.RunFor(kRoundMs);
  REQUIRE(world.HeldSize(1, 0) == 3);
  world.Restore(0);
  CHECK_FALSE(world.node(0).is_signing());
  world.Publish(0);
  world.RunFor(3 * kRoundMs);
  CHECK(world.HeldSize(1, 0) == 3);
}

// 0 publishes and asks 1, which follows it, before it signs.
TEST_CASE("AnOriginThatWasRestoredAsksForWhatItSaidSince") {
  WorldOptions options;
  options.asks_first = true;
  World world(Joined({{1}, {0}}), options);
  world.Publish(0);
  world.BackUp(0);
  world.Publish(0);
  world.Publish(0);
  world.RunFor(3 * kRoundMs);
  REQUIRE(world.HeldSize(1, 0) == 4);
  SECTION("and goes on from there") {
    world.Restore(0);
    CHECK(world.counts().origins_restored == 1);
    world.Publish(0);
    world.RunFor(3 * kRoundMs);
    CHECK(world.HeldSize(1, 0) == 5);
    CHECK(world.counts().epochs == 0);
  }
  SECTION("and opens its next epoch when it said something else meanwhile") {
    world.Cut({0});
    world.Restore(0);
    world.Publish(0);
    REQUIRE(world.IsForked(0));
    world.Cut({});
    world.RunFor(10 * kRoundMs);
    CHECK(world.counts().epochs == 1);
    CHECK_FALSE(world.IsForked(0));
    world.Publish(0);
    world.RunFor(3 * kRoundMs);
  }
  INFO(world.Lagging());
  CHECK(world.IsConverged());
  CHECK(world.ProgressOf(0).reachable == 1);
}

// 0 publishes, 2 becomes a copy of it that tells another story. 1 mirrors, and 3 reads what it
// says: it alone remembers what 1 cosigned when 1 is an older copy of itself and 0 is away.
TEST_CASE("ARestoredMirrorCosignsNothingAgainstWhatItsPeersSawItCosign") {
  WorldOptions options;
  options.tells_hints = false;
  options.service.contacts_at_once = 1;  // the other story comes first, and all of it
  World world(Joined({{}, {0, 2, 3}, {}, {1}}), options);
  world.Publish(0);
  world.RunFor(3 * kRoundMs);
  REQUIRE(CosignedSize(world.node(1)) == 2);
  world.node(1).BackUp();
  world.Clone(2, 0);
  world.Cut({2});
  world.Publish(0);
  world.Publish(0);
  world.RunFor(6 * kRoundMs);
  REQUIRE(CosignedSize(world.node(1)) == 4);
  REQUIRE(world.HeldSize(3, 0) == 4);
  world.Publish(2);
  world.Cut({0});
  world.Restore(1);
  REQUIRE(CosignedSize(world.node(1)) == 2);
  world.RunFor(6 * kRoundMs);  // after each step: all that it ever cosigned is one log
  CHECK(CosignedSize(world.node(1)) == 4);
}

// 0 publishes; 2 becomes a copy of it. 1 reads both.
TEST_CASE("Attack03OneSeedInTwoPlacesIsSeenProvenAndFrozen") {
  WorldOptions options;
  World world(Joined({{}, {0, 2}, {}}), options);
  world.Publish(0);
  world.RunFor(2 * kRoundMs);
  world.Clone(2, 0);
  world.Publish(0);
  world.RunFor(4 * kRoundMs);
  REQUIRE(world.HeldSize(1, 0) == 3);
  world.Publish(2);
  SECTION("of one size") {}
  SECTION("of a greater size") { world.Publish(2); }
  world.RunFor(4 * kRoundMs);
  world.Publish(0);
  world.RunFor(4 * kRoundMs);
  CHECK(world.HeldSize(1, 0) == 3);
  auto lease = MUST(world.node(1).database().Read());
  auto evidence = lease->Query("SELECT first, second FROM fork_evidence");
  REQUIRE(evidence.Next());
  CHECK(evidence.Text(0) != evidence.Text(1));
  auto rows = lease->Query("SELECT stopped FROM origin WHERE stopped != ''");
  CHECK(rows.Next());
}
