#include "node/health.h"

#include "tests/support/fake_clock.h"
#include "tests/support/memory_file_system.h"
#include "tests/support/test_catalog.h"

using namespace banyan;
using namespace banyan::node;

namespace {

struct Fixture {
  testing::TestCatalog catalog;
  FakeClock clock;
  MemoryFileSystem fs;
  Status store = Ok();
  Health health{{clock, fs, catalog.database(), "/data", 1000, [this] { return store; }}};
  Fixture() { MUST(fs.CreateDirectories("/data")); }
};

}  // namespace

TEST_CASE("AHealthyNodeSaysSoAndLeavesNothing") {
  Fixture fixture;
  MUST(fixture.health.Check());
  CHECK(MUST(fixture.fs.List("/data")).empty());
}

TEST_CASE("ADiskThatTakesNoWriteIsUnhealthy") {
  Fixture fixture;
  fixture.fs.SetFault({.kind = FaultKind::Io, .nth = 1, .forever = true});
  MUST_FAIL(fixture.health.Check(), Errc::Io);
  fixture.fs.ClearFault();
  fixture.clock.Advance(1000);
  MUST(fixture.health.Check());
}

TEST_CASE("AFullDiskIsUnhealthy") {
  Fixture fixture;
  fixture.fs.SetCapacity(999);
  const auto status = fixture.health.Check();
  MUST_FAIL(fixture.health.Check(), Errc::NoSpace);
  CHECK(status.error().message().find("disk: ") == 0);
}

TEST_CASE("AStoreThatTakesNothingIsUnhealthy") {
  Fixture fixture;
  fixture.store = Error(Errc::Io, "a sync failed");
  MUST_FAIL(fixture.health.Check(), Errc::Io);
}

TEST_CASE("HealthIsProbedOnceASecond") {
  Fixture fixture;
  MUST(fixture.health.Check());
  fixture.fs.SetFault({.kind = FaultKind::Io, .nth = 1, .forever = true});
  fixture.clock.Advance(999);
  MUST(fixture.health.Check());
  fixture.clock.Advance(1);
  MUST_FAIL(fixture.health.Check(), Errc::Io);
}
