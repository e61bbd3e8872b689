// Who sends much waits for those who sent before; nobody takes all.
#include "node/http/memory_budget.h"

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/must.h"

using namespace banyan;
using namespace banyan::node;

namespace {

constexpr std::uint64_t kMiB = 1u << 20;

struct Fixture {
  explicit Fixture(std::int64_t wait_ms = 20) : budget(SystemClock(), {100 * kMiB, wait_ms}) {}
  std::unique_ptr<MemoryBudget::Hold> New(const std::string& key, bool is_stranger = false) {
    return std::make_unique<MemoryBudget::Hold>(budget, MemoryBudget::Client{key, is_stranger});
  }
  std::unique_ptr<MemoryBudget::Hold> Taken(const std::string& key, std::uint64_t mib) {
    auto hold = New(key);
    MUST(hold->SetTo(mib * kMiB));
    return hold;
  }
  MemoryBudget budget;
};

std::string Refusal(MemoryBudget::Hold& hold, std::uint64_t bytes) {
  const auto before = hold.bytes();
  const auto status = hold.SetTo(bytes);
  REQUIRE_FALSE(status.has_value());
  CHECK(status.error().code() == Errc::Unavailable);
  CHECK(hold.bytes() == before);
  return status.error().message();
}

}  // namespace

TEST_CASE("AClientHasItsShareOfTheMemoryAndASingleRequestWhateverItNeeds") {
  Fixture f;
  const auto large = f.Taken("user 1", 80);
  CHECK(Refusal(*f.New("user 1"), kMiB).find("your share") != std::string::npos);
  CHECK(Refusal(*f.New("user 2"), 30 * kMiB).find("try again later") != std::string::npos);
  const auto other = f.Taken("user 2", 20);
  MUST(large->SetTo(10 * kMiB));
  const auto second = f.Taken("user 1", 30);
  Refusal(*f.New("user 1"), kMiB);
  MUST(second->SetTo(0));
  MUST(f.New("user 1")->SetTo(kMiB));
  CHECK(f.budget.held_bytes() == 30 * kMiB);
}

TEST_CASE("SmallRequestsNeedNoRoom") {
  Fixture f;
  const auto all = f.Taken("user 1", 500);  // as much as there is
  CHECK(all->bytes() == 100 * kMiB);
  MUST(f.New("user 1")->SetTo(MemoryBudget::kFreeBytes));
  MUST(f.New("user 2")->SetTo(MemoryBudget::kFreeBytes));
  Refusal(*f.New("user 2"), MemoryBudget::kFreeBytes + 1);
}

TEST_CASE("StrangersTogetherHaveHalfOfTheMemory") {
  Fixture f;
  std::vector<std::unique_ptr<MemoryBudget::Hold>> held;
  for (int i = 0; i < 5; ++i) {
    held.push_back(f.New("2001:db8:" + std::to_string(i), /*is_stranger=*/true));
    MUST(held.back()->SetTo(10 * kMiB));
  }
  Refusal(*f.New("192.0.2.1", true), kMiB);
  held.push_back(f.Taken("user 1", 50));
  held.erase(held.begin());
  MUST(f.New("192.0.2.1", true)->SetTo(10 * kMiB));
}

TEST_CASE("WhoWaitsForMemoryGoesFirstButHoldsUpNobodyForItsOwnShare") {
  Fixture f(60'000);
  auto first = f.Taken("user 1", 40);
  auto second = f.Taken("user 2", 40);
  std::thread over_its_share([&] { MUST(f.New("user 1")->SetTo(kMiB)); });
  std::thread large([&] { f.Taken("user 3", 40); });
  while (f.budget.waiting() != 2) std::this_thread::yield();
  auto small = f.New("user 4");
  std::thread late([&] { MUST(small->SetTo(20 * kMiB)); });  // behind the large one
  while (f.budget.waiting() != 3) std::this_thread::yield();
  CHECK(small->bytes() == 0);
  second.reset();
  large.join();
  late.join();
  CHECK(f.budget.waiting() == 1);
  first.reset();
  over_its_share.join();
  CHECK(f.budget.held_bytes() == 20 * kMiB);
}

TEST_CASE("WhoGivesUpWaitingForMemoryLetsOthersPass") {
  Fixture f(300);
  const auto most = f.Taken("user 1", 80);
  Status refused = Ok();
  std::thread large([&] { refused = f.New("user 2")->SetTo(40 * kMiB); });
  while (f.budget.waiting() != 1) std::this_thread::yield();
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  const Status passed = f.New("user 3")->SetTo(10 * kMiB);  // waits for the large one to give up
  large.join();
  MUST(passed);
  MUST_FAIL(refused, Errc::Unavailable);
}

TEST_CASE("RequestsOfAClientThatGrowTogetherGoOnOneByOne") {
  Fixture f(60'000);
  const auto other = f.Taken("user 2", 10);
  std::vector<std::thread> threads;
  std::atomic<int> growing = 0;
  for (std::size_t i = 0; i < 5; ++i) {  // 40 MiB each, of a share of 40
    threads.emplace_back([&] {
      auto hold = f.Taken("user 1", 5);
      ++growing;
      while (growing < 5) std::this_thread::yield();
      for (const std::uint64_t mib : {10u, 20u, 40u}) MUST(hold->SetTo(mib * kMiB));
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(f.budget.held_bytes() == 10 * kMiB);
}

TEST_CASE("RequestsThatHoldAllMemoryGoOnOneByOne") {
  Fixture f(60'000);
  std::vector<std::thread> threads;
  std::atomic<int> growing = 0;
  for (std::size_t i = 0; i < 5; ++i) {
    threads.emplace_back([&, i] {
      auto hold = f.Taken("user " + std::to_string(i), 20);
      ++growing;
      while (growing < 5) std::this_thread::yield();
      for (const std::uint64_t mib : {30u, 40u}) MUST(hold->SetTo(mib * kMiB));
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(f.budget.held_bytes() == 0);
}

TEST_CASE("WhoWantsMoreThanAShareHoldsUpNobodyElse") {
  Fixture f(60'000);
  auto slow = f.Taken("user 1", 10);
  std::thread large([&] { f.Taken("user 2", 100); });
  while (f.budget.waiting() != 1) std::this_thread::yield();
  MUST(f.New("user 3")->SetTo(30 * kMiB));
  slow.reset();
  large.join();
}
