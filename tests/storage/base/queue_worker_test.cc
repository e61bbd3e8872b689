#include "storage/base/queue_worker.h"

#include <atomic>
#include <memory>
#include <stdexcept>
#include <vector>

#include "tests/support/must.h"

using namespace banyan;

TEST_CASE("AWorkerTakesItemsInOrderOnAnotherThread") {
  std::vector<int> seen;
  std::thread::id worker_id;
  QueueWorker<std::unique_ptr<int>> worker(2, [&](std::unique_ptr<int> item) {
    seen.push_back(*item);
    worker_id = std::this_thread::get_id();
    return Ok();
  });
  CHECK_FALSE(worker.started());
  MUST(worker.Start());
  for (int i = 0; i < 100; ++i) MUST(worker.Give(std::make_unique<int>(i)));
  MUST(worker.Drain());
  REQUIRE(seen.size() == 100);
  for (int i = 0; i < 100; ++i) CHECK(seen[static_cast<std::size_t>(i)] == i);
  CHECK(worker_id != std::this_thread::get_id());
  MUST(worker.Give(std::make_unique<int>(100)));
  MUST(worker.Finish());
  CHECK(seen.back() == 100);
  CHECK_FALSE(worker.started());
}

TEST_CASE("TheFirstErrorEndsTheWorkAndIsToldForEver") {
  int worked = 0;
  QueueWorker<int> worker(1, [&](int item) -> Status {
    ++worked;
    if (item == 3) return Error(Errc::NoSpace, "full");
    return Ok();
  });
  MUST(worker.Start());
  Status given = Ok();
  for (int i = 1; i < 100 && given; ++i) given = worker.Give(i);
  MUST_FAIL(given, Errc::NoSpace);
  MUST_FAIL(worker.Give(1), Errc::NoSpace);
  MUST_FAIL(worker.Drain(), Errc::NoSpace);
  MUST_FAIL(worker.Finish(), Errc::NoSpace);
  CHECK(worked == 3);
}

TEST_CASE("WhatALibraryThrowsIsAnError") {
  QueueWorker<int> worker(1, [](int) -> Status {
    static_cast<void>(std::string().at(1));
    return Ok();
  });
  MUST(worker.Start());
  MUST(worker.Give(1));
  MUST_FAIL(worker.Finish(), Errc::Io);
}

TEST_CASE("AWorkerThatGoesDropsWhatWaits") {
  std::atomic<int> worked = 0;
  std::atomic<bool> may_end = false;
  std::thread ender;
  {
    QueueWorker<int> worker(10, [&](int) {
      ++worked;
      while (!may_end) std::this_thread::yield();
      return Ok();
    });
    MUST(worker.Start());
    for (int i = 0; i < 5; ++i) MUST(worker.Give(i));
    while (worked == 0) std::this_thread::yield();
    ender = std::thread([&] {
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
      may_end = true;
    });
  }
  ender.join();
  CHECK(worked == 1);
}
