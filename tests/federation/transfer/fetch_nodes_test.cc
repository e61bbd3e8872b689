#include "federation/transfer/fetch_nodes.h"

#include "tests/support/fake_clock.h"
#include "tests/support/fake_remote.h"
#include "tests/support/must.h"
#include "tests/support/store_fixture.h"

using namespace banyan;
using namespace banyan::federation;

namespace {

struct Fixture : banyan::tests::StoreFixture {
  banyan::tests::FakeRemote one{local()};
  banyan::tests::FakeRemote two{local()};
  FakeClock clock;
  std::atomic<bool> cancelled{false};
  FetchNodes nodes{clock, {&one, &two}, cancelled, 6};

  // How often each node was asked when all fail with this.
  int Asked(Errc code) {
    int asked = 0;
    MUST_FAIL(nodes.Try([&](ContentSource&) -> Status {
      ++asked;
      return Error(code, "no");
    }),
              code);
    REQUIRE(asked % 2 == 0);
    return asked / 2;
  }
};

}  // namespace

TEST_CASE("UnreachableNodesAreWaitedFor") {
  Fixture f;
  REQUIRE(f.Asked(Errc::Unavailable) == 6);
  REQUIRE(f.clock.slept_ms() > 15'000);
}

TEST_CASE("NodesWhoseConnectionsBreakAreAskedOnce") {
  Fixture f;
  for (const Errc code : {Errc::Io, Errc::NotFound, Errc::Denied}) REQUIRE(f.Asked(code) == 1);
  REQUIRE(f.clock.slept_ms() == 0);
}

TEST_CASE("AnotherNodeStepsInWhereOneBreaks") {
  Fixture f;
  const auto ask = [&](ContentSource& node) -> Status {
    if (&node == &f.one) return Error(Errc::Io, "broke");
    return Ok();
  };
  MUST(f.nodes.Try(ask));
}

TEST_CASE("AnErrorNamesItsNodeOnceAndDamageIsForTheOperator") {
  Fixture f;
  const auto message = [&](Errc code, const std::string& text) {
    return f.nodes.Try([&](ContentSource&) -> Status { return Error(code, text); })
        .error()
        .message();
  };
  const std::string name = f.two.Name();
  CHECK(message(Errc::NotFound, "no") == name + ": no");
  CHECK(message(Errc::NotFound, name + " has none") == name + " has none");
  CHECK(message(Errc::Corrupt, "x").find("`banyan admin scrub`") != std::string::npos);
}
