#include "node/background_task.h"

#include "tests/support/fake_clock.h"
#include "tests/support/must.h"

using namespace banyan;
using namespace banyan::node;

namespace {

// The state once it runs no more; a stuck test is ended by its timeout.
Json AwaitEnd(BackgroundTask& task) {
  for (;;) {
    auto state = MUST(task.Look());
    if (state["state"] != "running") return state;
    SystemClock().SleepMs(1);
  }
}

// Work that ends when it is told to.
struct Gate {
  std::atomic<bool> open{false};
  BackgroundTask::Work Work() {
    return [this]() -> Result<Json> {
      while (!open) SystemClock().SleepMs(1);
      return Json{{"done", true}};
    };
  }
};

}  // namespace

TEST_CASE("BeforeTheFirstTaskThereIsNothingToSee") {
  FakeClock clock;
  BackgroundTask task(clock);
  MUST_FAIL(task.Look(), Errc::NotFound);
  task.Cancel();
  MUST_FAIL(task.Look(), Errc::NotFound);
}

TEST_CASE("ATaskIsSeenRunningAndThenDone") {
  FakeClock clock;
  Gate gate;
  BackgroundTask task(clock);
  const auto started = MUST(task.Start("gc", gate.Work()));
  CHECK(started["number"] == 1);
  CHECK(started["name"] == "gc");
  CHECK(started["state"] == "running");
  CHECK(started["started"] == ToIsoTime(FakeClock::kStartMs));
  clock.Advance(5'000);
  CHECK(MUST(task.Look())["seconds"] == 5);
  CHECK_FALSE(MUST(task.Look()).contains("result"));
  gate.open = true;
  const auto done = AwaitEnd(task);
  CHECK(done["state"] == "done");
  CHECK(done["result"]["done"] == true);
  clock.Advance(60'000);
  CHECK(MUST(task.Look()) == done);  // its time stands still
}

TEST_CASE("OnlyOneTaskRunsAtATime") {
  FakeClock clock;
  Gate gate;
  BackgroundTask task(clock);
  MUST(task.Start("scrub", gate.Work()));
  const auto refused = task.Start("gc", gate.Work());
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code() == Errc::Conflict);
  CHECK(refused.error().message().find("scrub is running") != std::string::npos);
  gate.open = true;
  AwaitEnd(task);
  CHECK(MUST(task.Start("gc", gate.Work()))["number"] == 2);
  CHECK(AwaitEnd(task)["name"] == "gc");
}

TEST_CASE("AFailureKeepsItsTextAndCode") {
  FakeClock clock;
  BackgroundTask task(clock);
  MUST(task.Start("backup", []() -> Result<Json> { return Error(Errc::NoSpace, "disk full"); }));
  const auto failed = AwaitEnd(task);
  CHECK(failed["state"] == "failed");
  CHECK(failed["error"] == "disk full");
  CHECK(failed["code"] == std::string(ToString(Errc::NoSpace)));
  CHECK_FALSE(failed.contains("result"));
}

TEST_CASE("CancelIsSeenByTheTaskThatRunsAndNotByTheNext") {
  FakeClock clock;
  BackgroundTask task(clock);
  const auto until_cancelled = [&]() -> Result<Json> {
    while (!task.cancelled()) SystemClock().SleepMs(1);
    return Error(Errc::Cancelled, "ended");
  };
  MUST(task.Start("scrub", until_cancelled));
  task.Cancel();
  CHECK(AwaitEnd(task)["code"] == std::string(ToString(Errc::Cancelled)));
  MUST(task.Start("scrub", [&]() -> Result<Json> { return Json(task.cancelled().load()); }));
  CHECK(AwaitEnd(task)["result"] == false);
}

TEST_CASE("TheEndOfTheOwnerEndsTheTask") {
  FakeClock clock;
  std::atomic<bool> ended{false};
  {
    BackgroundTask task(clock);
    MUST(task.Start("scrub", [&]() -> Result<Json> {
      while (!task.cancelled()) SystemClock().SleepMs(1);
      ended = true;
      return Json();
    }));
  }
  CHECK(ended);
}
