#include "node/fair_pool.h"

#include <algorithm>
#include <atomic>
#include <semaphore>
#include <vector>

#include "tests/support/catch.h"

using namespace banyan::node;

TEST_CASE("Attack13OneSlowPartyHoldsUpNoOther") {
  std::counting_semaphore<100> gate(0);
  std::counting_semaphore<100> done(0);
  std::atomic<int> running{0};
  std::atomic<int> most{0};
  FairPool pool(3, 2);
  for (int i = 0; i < 10; ++i) {
    pool.Give(1, [&] {
      const int now = ++running;
      for (int seen = most; seen < now && !most.compare_exchange_weak(seen, now);) {
      }
      gate.acquire();
      --running;
      done.release();
    });
  }
  for (int i = 0; i < 5; ++i) {
    pool.Give(2, [&] { done.release(); });
    done.acquire();  // though ten of the other wait
  }
  CHECK_FALSE(pool.IsIdle(1));
  gate.release(10);
  for (int i = 0; i < 10; ++i) done.acquire();
  CHECK(most == 2);
  pool.Stop();
}

TEST_CASE("APartyIsServedInTheOrderInWhichItAsked") {
  FairPool pool(4, 1);
  std::vector<int> order;
  std::binary_semaphore done(0);
  for (int i = 0; i < 20; ++i) {
    pool.Give(7, [&, i] {
      order.push_back(i);
      if (i == 19) done.release();
    });
  }
  done.acquire();
  pool.Stop();
  REQUIRE(order.size() == 20);
  CHECK(std::is_sorted(order.begin(), order.end()));
}
