#include "node/seed_files.h"

#include "tests/support/fake_random.h"
#include "tests/support/memory_file_system.h"
#include "tests/support/must.h"

using namespace banyan;
using namespace banyan::node;
using federation::EpochKeys;

namespace {

struct Fixture {
  MemoryFileSystem fs;
  FakeRandom random{1};
  SeedFiles seeds{fs, random, "data"};
  EpochKeys first = Begin();

  EpochKeys Begin() {
    MUST(fs.CreateDirectories("data"));
    return {MUST(seeds.CurrentKeys()).public_keys(), MUST(seeds.CommitToNext()), {}};
  }
  bool Has(const std::string& name) { return fs.Stat("data/" + name).has_value(); }
};

}  // namespace

TEST_CASE("SeedsMoveUpWhenTheirEpochHasBegun") {
  Fixture f;
  CHECK(MUST(f.seeds.Settle(f.first)).public_keys() == f.first.keys);
  const auto second = MUST(f.seeds.Prepare(f.first));
  CHECK(second.keys.Commitment() == f.first.next);
  SECTION("prepared twice, it is the same") {
    CHECK(MUST(f.seeds.Prepare(f.first)).next == second.next);
  }
  SECTION("not begun, nothing moves") {
    CHECK(MUST(f.seeds.Settle(f.first)).public_keys() == f.first.keys);
    CHECK(f.Has("after.seed"));
  }
  CHECK(MUST(f.seeds.Settle(second)).public_keys() == second.keys);
  CHECK_FALSE(f.Has("after.seed"));
  CHECK(MUST(f.seeds.Settle(second)).public_keys() == second.keys);
  CHECK(MUST(f.seeds.Prepare(second)).keys.Commitment() == second.next);
  MUST_FAIL(f.seeds.Settle(f.first), Errc::Conflict);
}

TEST_CASE("AStopBetweenTheMovesIsMadeGood") {
  Fixture f;
  const auto second = MUST(f.seeds.Prepare(f.first));
  MUST(f.fs.Rename("data/next.seed", "data/node.seed"));
  CHECK(MUST(f.seeds.Settle(second)).public_keys() == second.keys);
  CHECK(f.Has("next.seed"));
  CHECK_FALSE(f.Has("after.seed"));
}

TEST_CASE("WithoutTheNextSeedTheOperatorIsTold") {
  Fixture f;
  MUST(f.fs.Remove("data/next.seed"));
  CHECK(MUST(f.seeds.Settle(f.first)).public_keys() == f.first.keys);
  MUST_FAIL(f.seeds.Prepare(f.first), Errc::NotFound);
  MUST(f.seeds.CommitToNext());  // another one is of no use
  MUST_FAIL(f.seeds.Prepare(f.first), Errc::NotFound);
}

TEST_CASE("ADiskThatFailsLosesNoSeed") {
  for (std::uint64_t nth = 1; nth < 100; ++nth) {
    Fixture f;
    const auto second = MUST(f.seeds.Prepare(f.first));
    f.fs.SetFault({.kind = FaultKind::Crash, .nth = nth, .applied = nth % 2 == 0});
    static_cast<void>(f.seeds.Settle(second));
    const bool struck = f.fs.struck() > 0;
    f.fs.Crash(nth / 2);
    INFO(nth);
    CHECK(MUST(f.seeds.Settle(second)).public_keys() == second.keys);
    CHECK(MUST(f.seeds.Prepare(second)).keys.Commitment() == second.next);
    if (!struck) return;
  }
  FAIL("the faults do not end");
}
