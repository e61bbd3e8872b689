// When who is asked what it has: at once, again, after a doubt, and never too much at a time.
#include "federation/mirror/holdings_watch.h"

#include <set>

#include "tests/support/must.h"

using namespace banyan;
using namespace banyan::federation;

namespace {

std::set<std::size_t> PeersAsked(HoldingsWatch& watch, std::int64_t now_ms,
                                 std::vector<HoldingsWatch::Question>& asked) {
  std::set<std::size_t> peers;
  while (const auto question = watch.Next(now_ms)) {
    asked.push_back(*question);
    peers.insert(question->peer);
  }
  return peers;
}

}  // namespace

TEST_CASE("AllAreAskedAtOnceAndThoseThatHaveAPartAgain") {
  HoldingsWatch watch(3, 8);
  const auto file = watch.Add(100, 0);
  std::vector<HoldingsWatch::Question> asked;
  CHECK(PeersAsked(watch, 0, asked) == std::set<std::size_t>{0, 1, 2});
  CHECK_FALSE(watch.HasHeardAll(file));
  for (const auto& question : asked) watch.Answered(question, question.peer == 0, 100);
  CHECK(watch.HasHeardAll(file));
  CHECK(PeersAsked(watch, 599, asked).empty());
  CHECK(watch.IsWaiting());
  CHECK(PeersAsked(watch, 600, asked) == std::set<std::size_t>{1, 2});
}

TEST_CASE("ALargeFileIsAskedForMoreSeldom") {
  HoldingsWatch watch(2, 8);
  watch.Add(800'000, 0);
  std::vector<HoldingsWatch::Question> asked;
  PeersAsked(watch, 0, asked);
  for (const auto& question : asked) watch.Answered(question, false, 0);
  CHECK(PeersAsked(watch, 24'999, asked).empty());
  CHECK(PeersAsked(watch, 25'000, asked).size() == 2);
}

TEST_CASE("NobodyIsAskedOfASmallFileOrAloneUntilThereIsADoubt") {
  HoldingsWatch two(2, 8);
  const auto small = two.Add(63, 0);
  CHECK_FALSE(two.Next(0).has_value());
  CHECK(two.HasHeardAll(small));
  HoldingsWatch one(1, 8);
  const auto alone = one.Add(1'000, 0);
  CHECK_FALSE(one.Next(0).has_value());
  one.Doubt(alone, 0, 0);
  CHECK_FALSE(one.HasHeardAll(alone));
  const auto question = one.Next(0);
  REQUIRE(question.has_value());
  CHECK(question->is_doubt);
  one.Answered(*question, false, 0);
  CHECK(one.HasHeardAll(alone));
}

TEST_CASE("APeerHasOneQuestionAtATimeAndAllTogetherFewAttack11") {
  HoldingsWatch watch(5, 3);
  const auto first = watch.Add(100, 0);
  watch.Add(100, 0);
  std::vector<HoldingsWatch::Question> asked;
  CHECK(PeersAsked(watch, 0, asked).size() == 3);
  CHECK(asked.size() == 3);
  watch.Drop(first);  // its questions are still under way
  CHECK_FALSE(watch.Next(0).has_value());
  watch.Answered(asked[0], false, 0);
  const auto next = watch.Next(0);
  REQUIRE(next.has_value());
  CHECK(next->file != first);
}
