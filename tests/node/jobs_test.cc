#include "node/jobs.h"

#include <atomic>

#include "tests/support/fake_clock.h"
#include "tests/support/must.h"

using namespace banyan;
using namespace banyan::node;

namespace {

// Waits in real time until `count` has got there; a stuck test is ended by its timeout.
void AwaitAtLeast(const std::atomic<int>& count, int wanted) {
  while (count < wanted) SystemClock().SleepMs(1);
}

}  // namespace

TEST_CASE("JobsRunAgainAndAgain") {
  Metrics metrics;
  std::atomic<int> often = 0;
  std::atomic<int> never = 0;
  Jobs jobs(SystemClock(), metrics);
  jobs.Start({{"often", 1,
               [&] {
                 ++often;
                 return Ok();
               }},
              {"never", 3'600'000, [&] {
                 ++never;
                 return Ok();
               }}});
  AwaitAtLeast(often, 3);
  jobs.Stop();
  const int seen = often;
  SystemClock().SleepMs(5);
  CHECK(often == seen);
  CHECK(never == 0);
  CHECK(metrics.Get(Counter::JobsFailed) == 0);
}

TEST_CASE("AJobThatFailsIsCountedAndTriedAgain") {
  Metrics metrics;
  std::atomic<int> runs = 0;
  Jobs jobs(SystemClock(), metrics);
  jobs.Start({{"bad", 1, [&]() -> Status {
                 ++runs;
                 return Error(Errc::Io, "no disk");
               }}});
  AwaitAtLeast(runs, 2);
  jobs.Stop();
  CHECK(metrics.Get(Counter::JobsFailed) == static_cast<std::uint64_t>(runs));
}

TEST_CASE("AJobThatIsWantedRunsBeforeItsTurn") {
  FakeClock clock;
  Metrics metrics;
  std::atomic<int> runs = 0;
  Jobs jobs(clock, metrics);
  jobs.RunSoon("rare", 1000);  // there are none yet
  jobs.Start({{"rare", 3'600'000, [&] {
                 ++runs;
                 return Ok();
               }}});
  jobs.RunSoon("other", 1000);
  jobs.RunSoon("rare", 10'000);
  CHECK(runs == 1);
  jobs.RunSoon("rare", 1);  // it takes breath, and whoever waits does not wait for ever
  CHECK(runs == 1);
  clock.Advance(250);
  jobs.RunSoon("rare", 10'000);
  CHECK(runs >= 2);
}

TEST_CASE("StoppingDoesNotWaitForThePause") {
  Metrics metrics;
  const auto before_ms = SystemClock().MonotonicMs();
  {
    Jobs jobs(SystemClock(), metrics);
    jobs.Start({{"later", 3'600'000, [] { return Ok(); }}});
  }
  Jobs idle(SystemClock(), metrics);
  idle.Stop();
  CHECK(SystemClock().MonotonicMs() - before_ms < 10'000);
}
