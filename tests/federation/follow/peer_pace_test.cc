#include "federation/follow/peer_pace.h"

#include "tests/support/catch.h"

using namespace banyan::federation;

namespace {

constexpr std::int64_t kPause = 60'000;
constexpr std::int64_t kFresh = 1;
constexpr std::int64_t kStale = 2;

HeadClaim Head(const char* node, std::uint64_t size) {
  return {{NodeId(HashLeaf(banyan::AsBytes(node))), 0}, {size, LogHash()}};
}

struct Fixture {
  HintBook shown;
  PeerPace pace{kPause};

  Fixture() {
    for (const auto peer : {kFresh, kStale}) shown.Shown(peer, Head("a", 5));
  }
  void AskBoth(std::int64_t now_ms) {
    for (const auto peer : {kFresh, kStale}) pace.Asked(peer, shown, now_ms);
  }
};

}  // namespace

TEST_CASE("Attack1WhoIsBehindIsAskedLessAndTheOthersMore") {
  Fixture f;
  f.shown.Shown(kFresh, Head("a", 7));
  f.pace.Took(Head("a", 7), 1'000);
  f.AskBoth(1'000 + 2 * kPause - 1);
  CHECK(f.pace.PauseMs(kStale, 2) == kPause);  // it may yet come there
  f.AskBoth(1'000 + 2 * kPause);
  CHECK(f.pace.PauseMs(kStale, 2) == 4 * kPause);
  const auto quick = f.pace.PauseMs(kFresh, 2);
  CHECK(quick < kPause);
  // As many rounds in all, but for what division leaves over.
  const double rounds = double(kPause) / double(quick) + 1.0 / 4;
  CHECK(rounds > 1.99);
  CHECK(rounds < 2.01);
  f.shown.Shown(kFresh, Head("a", 8));
  f.pace.Took(Head("a", 8), 400'000);  // fresh news change nothing about that
  f.AskBoth(400'000);
  CHECK(f.pace.PauseMs(kStale, 2) == 4 * kPause);
  f.shown.Shown(kStale, Head("a", 8));
  f.AskBoth(500'000);
  CHECK(f.pace.PauseMs(kStale, 2) == kPause);
  CHECK(f.pace.PauseMs(kFresh, 2) == kPause);
}

TEST_CASE("APeerThatKeepsUpWithOneLogOrHoldsNoneIsNotBehind") {
  Fixture f;
  f.shown.Shown(kStale, Head("own", 9));
  f.pace.Took(Head("a", 7), 1'000);
  f.pace.Took(Head("own", 9), 1'000);
  f.pace.Took(Head("unknown to both", 3), 1'000);
  f.AskBoth(500'000);
  CHECK(f.pace.PauseMs(kStale, 2) == kPause / 2 * 8 / 7);  // the other shows nothing new at all
  CHECK(f.pace.PauseMs(kFresh, 2) == 4 * kPause);
}

TEST_CASE("WhereAllAreBehindAllAreAskedAsBefore") {
  Fixture f;
  f.pace.Took(Head("a", 7), 1'000);
  f.AskBoth(500'000);
  CHECK(f.pace.PauseMs(kStale, 2) == kPause);
  CHECK(f.pace.PauseMs(kFresh, 2) == kPause);
}
