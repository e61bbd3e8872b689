// What the policy lets be fetched, and when.
#include "federation/fetch_budget.h"
#include "federation/mirror_state.h"
#include "tests/federation/follow/follow_fixture.h"

using namespace banyan;
using namespace banyan::federation;
using namespace banyan::federation::testing;

namespace {

struct Gate : FollowFixture {
  FakeOrigin a{1};
  FakePeer peer{a};
  Policy policy;

  Gate() {
    AddPeer(peer);
    Follow(a);
  }
  void Publish(const std::string& name, const std::function<void(Card&)>& change = {}) {
    a.Publish(name, change);
    peer.Carry(a);
  }
  void Read() { Step(PolicyRead{policy}); }
};

void Yank(Card& card) {
  card.standing = {storage::StandingStatus::Yanked, storage::StandingReason::Security, {}};
}

}  // namespace

TEST_CASE("WhatThePolicyStopsIsNotFetched") {
  Gate f;
  f.policy.answers = {{{}, "", {}, {}, {}, {Action::Stop, 0}}};
  f.Read();
  f.Publish("one", Yank);
  f.Round();
  CHECK(f.mirrors.empty());
  f.policy.answers = {{{}, "", {}, {}, {}, {Action::Keep, 0}}};
  f.Read();  // takes effect without a restart
  f.Round();
  CHECK(f.mirrors.size() == 1);
}

TEST_CASE("WhatIsNotSelectedIsNotFetched") {
  Gate f;
  f.policy.selections.emplace_back().licences = {"MIT"};
  f.Read();
  f.Publish("free", [](Card& card) { card.content->licence = "MIT"; });
  f.Publish("other", [](Card& card) { card.content->licence = "CC-BY-NC-4.0"; });
  f.Round();
  CHECK(f.mirrors.size() == 1);
  f.Step(MirrorEnded{f.mirrors.front().card});
  f.policy.selections.clear();
  f.Read();
  f.now_ms += 3'600'000;
  f.Step(Tick());
  REQUIRE(f.mirrors.size() >= 2);
  CHECK(f.mirrors.back().card != f.mirrors.front().card);
}

TEST_CASE("ASelectionOfMoreFilesMakesAMirrorUnfinished") {
  Gate f;
  f.policy.selections = {Selection()};
  f.policy.selections.front().content.files = {"*.json"};
  f.Read();
  f.Publish("one");
  f.Round();
  REQUIRE(f.mirrors.size() == 1);
  const auto card = f.mirrors.front().card;
  MUST(f.catalog.Write([&](storage::Connection& c) {  // as a mirror that is done leaves it
    return c.Execute(
        "UPDATE mirror SET leaf = (SELECT leaf FROM repository_card WHERE id = card), "
        "taken = selected");
  }));
  f.Step(MirrorEnded{card});
  f.Step(Tick());
  CHECK(f.mirrors.size() == 1);
  f.policy.selections.clear();
  f.Read();  // without a restart
  f.Step(Tick());
  REQUIRE(f.mirrors.size() == 2);
  CHECK(f.mirrors.back().card == card);
}

TEST_CASE("NothingIsFetchedBeyondTheBudgetAndLogsAreReadAllTheSame") {
  Gate f;
  f.policy.limits.bytes_per_day = 100;
  f.Read();
  MUST(f.catalog.Write([&](storage::Connection& c) { return CountFetched(c, 100, f.now_ms); }));
  f.Publish("one");
  f.Round();
  CHECK(f.mirrors.empty());
  CHECK_FALSE(f.service->may_fetch());
  CHECK(f.HeldSize(f.a) == 2);
  f.Step(Hurry{true});  // no haste buys bytes
  CHECK(f.mirrors.empty());
  CHECK(f.service->is_idle());
  f.now_ms += 24 * 3'600'000;
  f.Round();
  CHECK(f.mirrors.size() == 1);
}

TEST_CASE("OutsideItsHoursOnlyHasteFetches") {
  Gate f;
  const int minute = LocalTimeOf(f.now_ms).minute;
  const int later = (minute + 600) % 1440;
  f.policy.limits.windows = {{later, (later + 60) % 1440}};
  f.Read();
  f.Publish("one");
  f.Round();
  CHECK(f.mirrors.empty());
  f.Step(Hurry{});
  CHECK(f.mirrors.empty());
  CHECK(f.service->is_idle());
  f.Step(Hurry{true});
  CHECK(f.mirrors.size() == 1);
  CHECK(f.service->may_fetch());
  f.Step(MirrorEnded{f.mirrors.front().card});
  f.Step(Tick());
  CHECK_FALSE(f.service->may_fetch());
}

TEST_CASE("WhatWaitsIsKnownWithoutALookAtTheRest") {
  Gate f;
  const auto check = [&](int waiting) {
    const std::string unfinished(kIsUnfinished);
    CHECK(f.Count("SELECT count(*) FROM mirror m JOIN repository_card c ON c.id = m.card WHERE "
                  "m.waits <> (c.meta IS NOT NULL AND m.passed_over = 0 AND " +
                  unfinished + ")") == 0);
    CHECK(f.Count("SELECT count(*) FROM mirror WHERE waits = 1") == waiting);
  };
  f.Publish("one");
  f.Publish("two");
  f.Round();
  check(2);
  const auto is_mirrored = [&] {
    MUST(f.catalog.Write([](storage::Connection& c) {
      return c.Execute(
          "UPDATE mirror SET leaf = (SELECT leaf FROM repository_card WHERE id = card)");
    }));
  };
  is_mirrored();
  check(0);
  f.Publish("one");
  f.Round();
  check(1);
  f.policy.answers = {{{}, "", {storage::StandingStatus::Yanked}, {}, {}, {Action::Stop, 0}}};
  f.Read();
  f.Publish("one", Yank);
  f.Round();
  check(0);  // passed over
  f.policy.answers = {{{}, "", {}, {}, {}, {Action::Keep, 0}}};
  f.Read();
  check(1);
  is_mirrored();
  f.Publish("two", [](Card& card) {
    card.standing = {storage::StandingStatus::Withdrawn, storage::StandingReason::Author, {}};
    card.content.reset();
  });
  f.Round();
  check(0);
}
