#include "storage/content/leftovers.h"

#include <string_view>
#include <vector>

#include "storage/content/collector.h"
#include "storage/content/content_session.h"
#include "storage/content/loose_places.h"
#include "tests/support/chunks.h"
#include "tests/support/must.h"
#include "tests/support/store_fixture.h"

using namespace banyan;
using namespace banyan::storage;
using banyan::tests::Noise;

namespace {

struct Fixture : banyan::tests::StoreFixture {
  std::int64_t repository = AddRepository("a", true);
  SessionOwner owner{1, repository};

  std::uint64_t Loose() { return MUST(CountLooseBytes(*MUST(database->Read()), repository)); }
  // Stores it for an upload.
  void Send(const Bytes& data, bool is_kept) {
    PinnedUpload upload(local().core(), owner);
    upload.recipe() = MUST(store->PutBytes(data, repository)).content.recipe;
    if (is_kept) upload.Kept();
  }
};

}  // namespace

TEST_CASE("WhatAnUploadDoesNotKeepIsLooseUntilTheNextCollection") {
  Fixture f;
  const Bytes data = Noise(600'000, 1);
  const Bytes other = Noise(300'000, 2);
  f.Send(data, /*is_kept=*/true);
  CHECK(f.Loose() == 0);
  f.Send(data, /*is_kept=*/false);
  CHECK(f.Loose() == data.size());
  f.Send(data, /*is_kept=*/false);  // sent again, it lies there once
  f.Send(other, /*is_kept=*/false);
  CHECK(f.Loose() == data.size() + other.size());
  f.Commit(f.repository, other);
  CHECK(f.Loose() == data.size());
  const auto report = MUST(Collect(f.local(), {.rewrite_share = 0}));
  CHECK(report.freed_bytes >= data.size());
  CHECK(f.Loose() == 0);
}

TEST_CASE("WhereTheRepositoryIsGoneNothingIsLeftOver") {
  Fixture f;
  f.owner.repository += 1;
  f.Send(Noise(100'000, 1), /*is_kept=*/false);
  CHECK(f.Loose() == 0);
  f.owner = {2, f.repository};  // nor of an account that is
  f.Send(Noise(100'000, 1), /*is_kept=*/false);
  CHECK(f.Loose() == 0);
}

namespace {

// So many chunks of 16 bytes, as a session sends them: neighbours in one pack.
Term SendSmallChunks(Fixture& f, std::uint32_t count) {
  const Bytes data = Noise(std::size_t{count} * 16, 7);
  const auto chunks = tests::CutEvenly(data, 16);
  const auto session = MUST(ContentSession::Begin(f.local(), SystemRandom(), f.owner));
  MUST(session->Put(tests::Batch(data, chunks, std::vector<bool>(chunks.size(), true))));
  const auto run = MUST(session->RunAround(chunks.front().id));
  REQUIRE(run);
  REQUIRE(run->count == count);
  return *run;
}

struct Written {
  std::size_t rows = 0;
  std::size_t transactions = 0;
};
Written HoldCounted(Fixture& f, const std::vector<Term>& places) {
  Written written;
  const auto count = [](unsigned, void* counter, void* statement, void*) {
    const std::string_view sql = ::sqlite3_sql(static_cast<::sqlite3_stmt*>(statement));
    auto& to = *static_cast<Written*>(counter);
    to.rows += sql.starts_with("INSERT INTO upload_range") ? 1 : 0;
    to.transactions += sql == "BEGIN IMMEDIATE" ? 1 : 0;
    return 0;
  };
  MUST(f.database->Write([&](Connection& c) {
    ::sqlite3_trace_v2(c.handle(), SQLITE_TRACE_STMT, count, &written);
    return Ok();
  }));
  {
    PinnedUpload upload(f.local().core(), f.owner);
    upload.recipe().terms = places;
  }
  MUST(f.database->Write([&](Connection& c) {
    ::sqlite3_trace_v2(c.handle(), 0, nullptr, nullptr);
    return Ok();
  }));
  --written.transactions;  // the last one
  return written;
}

}  // namespace

TEST_CASE("NeighboursAreLeftOverAsOneHoweverTheyAreNamed") {
  Fixture f;
  const Term run = SendSmallChunks(f, 600);
  std::vector<Term> places;
  for (std::uint32_t i = 0; i < run.count; ++i) {
    places.push_back({run.pack, run.first + i * 7 % run.count, 1, 16});
  }
  const auto written = HoldCounted(f, places);
  CHECK(written.rows == 1);
  CHECK(written.transactions == 1);
  CHECK(f.Loose() == 600 * 16);
}

TEST_CASE("OthersWriteBetweenManyLeftovers") {
  Fixture f;
  const Term run = SendSmallChunks(f, 5'000);
  std::vector<Term> places;
  for (std::uint32_t i = 0; i < run.count; i += 2)
    places.push_back({run.pack, run.first + i, 1, 16});
  const auto written = HoldCounted(f, places);
  CHECK(written.rows == 2'500);
  CHECK(written.transactions == 3);
  CHECK(f.Loose() == 5'000 * 16);
}
