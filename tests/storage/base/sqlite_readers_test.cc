// A crowd of readers shares a few connections, and none of them can be shut out.
#include <atomic>
#include <chrono>
#include <memory>
#include <thread>
#include <vector>

#include "storage/base/sqlite.h"
#include "tests/support/must.h"
#include "tests/support/temp_directory.h"

using namespace banyan;
using namespace banyan::storage;

namespace {

constexpr std::int64_t kNeverMs = 600'000;

struct Readers {
  TempDirectory place;
  std::unique_ptr<Database> database;

  explicit Readers(std::int64_t patience_ms)
      : database(MUST(Database::Open({place.path() + "/catalog.db", "", patience_ms}))) {}

  std::vector<Database::Lease> LendAll() {
    std::vector<Database::Lease> lent;
    while (lent.size() < Database::kReaders) lent.push_back(MUST(database->Read()));
    return lent;
  }
};

}  // namespace

TEST_CASE("ACrowdOfReadersSharesAFewConnections") {
  Readers readers(kNeverMs);
  std::atomic<std::size_t> lent = 0, most = 0, served = 0;
  std::vector<std::thread> crowd;
  for (int i = 0; i < 200; ++i) {
    crowd.emplace_back([&] {
      auto lease = readers.database->Read();
      if (!lease) return;
      const std::size_t now = ++lent;
      for (auto before = most.load(); before < now && !most.compare_exchange_weak(before, now);) {
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
      --lent;
      ++served;
    });
  }
  for (auto& thread : crowd) thread.join();
  REQUIRE(served == 200);
  REQUIRE(most <= Database::kReaders);
}

TEST_CASE("AReaderThatHoldsALeaseNeverWaitsForAnother") {
  Readers readers(kNeverMs);
  const auto lent = readers.LendAll();
  auto nested = MUST(readers.database->Read());
  REQUIRE(nested->Query("SELECT 1").Next());
}

TEST_CASE("LeasesHeldForLongStopNobody") {
  Readers readers(/*patience_ms=*/1);
  const auto lent = readers.LendAll();
  bool read = false;
  std::thread([&] {
    auto lease = readers.database->Read();
    read = lease && (*lease)->Query("SELECT 1").Next();
  }).join();
  REQUIRE(read);
}
