// The same work on many items: who does which, and what a failure ends.
#include <atomic>
#include <thread>
#include <vector>

#include "federation/transfer/parallel.h"
#include "tests/support/catch.h"
#include "tests/support/must.h"

using namespace banyan;
using namespace banyan::federation;

TEST_CASE("WorkInParallelIsDoneOnceForEachItemAndTheFirstByTheCaller") {
  for (const int threads : {1, 3, 8, 200}) {
    std::vector<std::atomic<int>> done(50);
    std::thread::id first;
    MUST(ForEachInParallel(done.size(), threads, [&](std::size_t i) {
      if (i == 0) first = std::this_thread::get_id();
      ++done[i];
      return Ok();
    }));
    for (const auto& times : done) REQUIRE(times == 1);
    REQUIRE(first == std::this_thread::get_id());
  }
  MUST(ForEachInParallel(0, 4, [](std::size_t) { return Status(Error(Errc::Invalid, "none")); }));
}

TEST_CASE("AFailureEndsWorkInParallelAndIsReturned") {
  for (const int threads : {1, 4}) {
    std::atomic<int> begun{0};
    const auto work = [&](std::size_t i) {
      ++begun;
      return i == 3 ? Status(Error(Errc::Conflict, "the fourth")) : Ok();
    };
    MUST_FAIL(ForEachInParallel(1000, threads, work), Errc::Conflict);
    if (threads == 1) REQUIRE(begun == 4);
  }
}
