#include "node/neighbours.h"

#include "federation/format/log_hash.h"
#include "tests/support/fake_clock.h"
#include "tests/support/must.h"

using namespace banyan;
using namespace banyan::node;
using federation::Neighbour;
using federation::NodeId;

namespace {

const OwnAnnouncement kOwn{NodeId(federation::HashLeaf(AsBytes("own"))), 8440};
const Neighbour kOther{NodeId(federation::HashLeaf(AsBytes("other"))), "http://192.168.1.7:8440"};
using List = std::vector<Neighbour>;

struct Fixture {
  struct Session : NeighbourSession {
    explicit Session(Fixture& f) : fixture(f) { ++fixture.open; }
    ~Session() override { --fixture.open; }
    List Seen() override { return fixture.seen; }
    std::optional<Error> Problem() override { return fixture.problem; }
    Fixture& fixture;
  };

  FakeClock clock;
  std::optional<Error> problem;  // of opening one, and of one that is open
  List seen;
  int open = 0;
  int tries = 0;
  Neighbours neighbours{
      clock, [this](const OwnAnnouncement&) -> Result<std::unique_ptr<NeighbourSession>> {
        ++tries;
        if (problem) return *problem;
        return std::unique_ptr<NeighbourSession>(std::make_unique<Session>(*this));
      }};

  std::optional<List> Look() { return neighbours.Look(kOwn); }
};

}  // namespace

TEST_CASE("NeighboursAreGivenWhenTheyChange") {
  Fixture f;
  CHECK_FALSE(f.Look());
  f.seen = {kOther};
  CHECK(f.Look() == List{kOther});
  CHECK_FALSE(f.Look());
  f.seen.clear();
  CHECK(f.Look() == List{});
  CHECK_FALSE(f.Look());
  CHECK(f.tries == 1);
}

TEST_CASE("NobodyIsSeenWithoutASessionAndAnotherIsTriedAfterAWhile") {
  Fixture f;
  f.seen = {kOther};
  f.problem = Error(Errc::Unavailable, "no daemon");
  CHECK_FALSE(f.Look());
  f.clock.Advance(9'999);
  CHECK_FALSE(f.Look());
  CHECK(f.tries == 1);
  f.problem.reset();
  f.clock.Advance(1);
  CHECK(f.Look() == List{kOther});
  CHECK(f.open == 1);
  f.problem = Error(Errc::Unavailable, "it ended");
  CHECK(f.Look() == List{});
  CHECK(f.open == 0);
  f.problem.reset();
  f.clock.Advance(10'000);
  CHECK(f.Look() == List{kOther});
  CHECK(f.tries == 3);
}
