#include "storage/content/loose_places.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "storage/content/collector.h"
#include "storage/content/content_session.h"
#include "storage/content/session_offers.h"
#include "tests/storage/loose_fixture.h"
#include "tests/support/chunks.h"
#include "tests/support/must.h"

using namespace banyan;
using namespace banyan::storage;
using banyan::tests::Batch;
using banyan::tests::Cut;
using banyan::tests::CutEvenly;
using banyan::tests::Noise;

namespace {

constexpr std::int64_t kOwner = 1;  // of the fixture's repositories

struct Fixture : banyan::tests::LooseFixture {
  std::shared_ptr<ContentSession> Begin(std::int64_t of) {
    return MUST(ContentSession::Begin(local(), SystemRandom(), {kOwner, of}));
  }
};

void Send(ContentSession& session, const Bytes& data) {
  const auto chunks = Cut(data);
  MUST(session.Put(Batch(data, chunks, std::vector<bool>(chunks.size(), true))));
}

FileContent Make(ContentSession& session, const Bytes& data) {
  return MUST(session.Assemble(Cut(data), {HashSha256(data), data.size()}));
}

Bytes Part(const Bytes& data, std::size_t from, std::size_t to) {
  return {data.begin() + static_cast<std::ptrdiff_t>(from),
          data.begin() + static_cast<std::ptrdiff_t>(to)};
}

}  // namespace

TEST_CASE("ChunksAreLooseUntilAFileHasThem") {
  Fixture f;
  const Bytes data = Noise(900'000, 1);
  const Bytes other = Noise(500'000, 2);
  const auto session = f.Begin(f.repository);
  Send(*session, data);
  CHECK(f.Loose() == data.size());
  Send(*session, data);  // as who did not hear the answer
  CHECK(f.Loose() == data.size());
  const auto later = f.Begin(f.repository);  // who lost the session, too
  Send(*later, data);
  CHECK(f.Loose() == data.size());
  Make(*later, data);
  CHECK(f.Loose() == 0);

  Send(*session, other);
  Make(*session, data);  // which is made already, and pays for nothing
  CHECK(f.Loose() == other.size());
}

TEST_CASE("WhatTwoSessionsHoldCountsOnceUntilBothAreCollected") {
  Fixture f;
  const Bytes data = Noise(600'000, 1);
  const auto first = f.Begin(f.repository);
  const auto second = f.Begin(f.repository);
  Send(*first, data);
  Send(*second, data);
  CHECK(f.Loose() == data.size());
  MUST(first->End());
  CHECK(f.Loose() == data.size());
  MUST(Collect(f.local(), {}));
  CHECK(f.Loose() == data.size());
  MUST(second->End());
  CHECK(f.Loose() == data.size());
  MUST(Collect(f.local(), {}));
  CHECK(f.Loose() == 0);
}

TEST_CASE("NobodyResumesASessionThatEnded") {
  Fixture f;
  const auto session = f.Begin(f.repository);
  const auto name = session->name();
  Send(*session, Noise(100'000, 1));
  MUST(session->End());
  std::vector<std::string> names = {name};
  MUST(f.database->Snapshot([&](Connection& c) -> Status {
    auto rows = c.Query("SELECT name FROM upload_session");
    while (rows.Next()) names.push_back(rows.Text(0));
    return rows.status();
  }));
  REQUIRE(names.size() == 2);
  for (const auto& known : names) {
    MUST_FAIL(ContentSession::Resume(f.local(), known, session->owner()), Errc::NotFound);
  }
  // The name is free, as that of a day is.
  MUST(ContentSession::OfName(f.local(), name, session->owner()));
  MUST(session->End());
  MUST(ContentSession::Resume(f.local(), name, session->owner()));
}

TEST_CASE("WhatASessionHeldThatGaveWayIsLooseUntilItIsCollected") {
  Fixture f;
  const Bytes data = Noise(600'000, 1);
  Send(*f.Begin(f.repository), data);
  MUST(f.database->Write(
      [](Connection& c) { return c.Execute("UPDATE upload_session SET used_ms = 1"); }));
  for (int i = 0; i < ContentSession::kMostOpen; ++i) f.Begin(f.repository);
  CHECK(f.Loose() == data.size());
  MUST(f.database->Snapshot([](Connection& c) -> Status {
    auto rows = c.Query("SELECT count(*), sum(used_ms = 0) FROM upload_session");
    REQUIRE(rows.Next());
    CHECK(rows.Int(0) == ContentSession::kMostOpen + 1);
    CHECK(rows.Int(1) == 1);
    return rows.status();
  }));
  MUST(Collect(f.local(), {}));
  CHECK(f.Loose() == 0);
}

TEST_CASE("ABatchThatComesAfterTheEndIsLeftOver") {
  Fixture f;
  const Bytes data = Noise(600'000, 1);
  const auto chunks = Cut(data);
  const Bytes batch = Batch(data, chunks, std::vector<bool>(chunks.size(), true));
  const auto late = f.Begin(f.repository);
  MUST(late->End());
  for (int i = 0; i < 2; ++i) {
    MUST_FAIL(late->Put(batch), Errc::NotFound);
    CHECK(f.Loose() == data.size());
  }
  // Whoever has the bytes makes a file of what is here.
  const auto session = f.Begin(f.repository);
  CHECK(std::ranges::count(MUST(session->Lacking(chunks)), false) == 0);
  Send(*session, data);
  Make(*session, data);
  CHECK(f.Loose() == 0);
}

TEST_CASE("OffersAreLooseAsLongAsTheirSessionIsOpen") {
  Fixture f;
  SessionOffers offers(f.fs, f.root);
  const auto session = f.Begin(f.repository);
  const Bytes offer = EncodeOffer({});
  MUST(offers.Add(*session, offer));
  CHECK(f.Loose() == 4096);
  MUST(offers.Add(*session, Bytes(10'000)));
  CHECK(f.Loose() == 4096 + 3 * 4096);
  f.Reopen();
  CHECK(f.Loose() == 4096 + 3 * 4096);
  const auto again = MUST(ContentSession::Resume(f.local(), session->name(), session->owner()));
  MUST(again->End());
  MUST(offers.RemoveAll(again->name()));
  CHECK(f.Loose() == 0);
  MUST_FAIL(offers.Add(*again, offer), Errc::NotFound);
  MUST(offers.RemoveEnded(*MUST(f.database->Read())));
  CHECK(MUST(f.fs.List(f.root + "/sessions")).empty());
}

// Neither may know what the other has.
TEST_CASE("WhatSessionsOfTwoRepositoriesHoldCountsTwice") {
  Fixture f;
  const Bytes data = Noise(600'000, 1);
  const auto first = f.Begin(f.repository);
  const auto second = f.Begin(f.AddRepository("b", true));
  Send(*first, data);
  Send(*second, data);
  CHECK(f.Loose() == 2 * data.size());
  MUST(first->End());
  MUST(Collect(f.local(), {}));
  CHECK(f.Loose() == data.size());
}

TEST_CASE("AFileLetsGoOfItsOwnPlacesOnly") {
  Fixture f;
  const Bytes data = Noise(900'000, 1);
  const auto chunks = Cut(data);
  REQUIRE(chunks.size() > 6);
  std::size_t from = 0;
  for (std::size_t i = 0; i < 2; ++i) from += chunks[i].size_bytes;
  std::size_t to = from;
  for (std::size_t i = 2; i < 5; ++i) to += chunks[i].size_bytes;
  const auto session = f.Begin(f.repository);
  Send(*session, data);
  const Bytes middle = Part(data, from, to);
  const ChunkList own(chunks.begin() + 2, chunks.begin() + 5);
  MUST(session->Assemble(own, {HashSha256(middle), middle.size()}));
  CHECK(f.Loose() == data.size() - middle.size());
  // Who comes back finds all of it: what is loose, and what is in the file.
  const auto again = MUST(ContentSession::Resume(f.local(), session->name(), session->owner()));
  const auto lacking = MUST(again->Lacking(chunks));
  CHECK(std::ranges::count(lacking, true) == 0);
  Send(*again, data);
  CHECK(f.Loose() == data.size() - middle.size());
  Make(*again, data);
  CHECK(f.Loose() == 0);
}

TEST_CASE("WhatAFileOfTheRepositoryHasIsNotLoose") {
  Fixture f;
  const Bytes data = Noise(400'000, 1);
  const Bytes other = Noise(150'000, 2);
  f.Commit(f.repository, data);
  const auto session = f.Begin(f.repository);
  Send(*session, data);
  CHECK(f.Loose() == 0);
  Bytes both = data;
  both.insert(both.end(), other.begin(), other.end());
  Send(*session, both);
  CHECK(f.Loose() >= other.size());  // with the chunk across the border
  CHECK(f.Loose() < other.size() + 2 * kMaxChunkBytes);
  Make(*session, both);
  CHECK(f.Loose() == 0);
  Send(*session, both);  // of a file that this session made
  CHECK(f.Loose() == 0);
}

TEST_CASE("WhatAFileHadThatIsGoneIsLooseWhenItIsSentAgain") {
  Fixture f;
  const Bytes data = Noise(400'000, 1);
  const auto file = f.Commit(f.repository, data);
  const auto early = f.Begin(f.repository);
  const auto session = f.Begin(f.repository);
  Send(*early, data);
  MUST(f.database->Write([&](Connection& c) { return ReleaseFile(c, f.repository, file.row); }));
  Send(*session, data);
  CHECK(f.Loose() == data.size());
  MUST(session->End());
  // Who relied on the file has lost nothing but the way: it is lacking, and sent again.
  MUST(Collect(f.local(), {.grace_ms = 0}));
  MUST_FAIL(early->Assemble(Cut(data), {HashSha256(data), data.size()}), Errc::Conflict);
  CHECK(std::ranges::count(MUST(early->Lacking(Cut(data))), false) == 0);
  Send(*early, data);
  CHECK(f.Loose() == data.size());
  MUST(Collect(f.local(), {.grace_ms = 0}));
  Make(*early, data);
  CHECK(f.Loose() == 0);
}

TEST_CASE("WhatWasCutOtherwiseThanTheFileIsLooseUntilItIsCollected") {
  Fixture f;
  const Bytes data = Noise(500'000, 3);
  const auto cut = CutEvenly(data, 10'000);
  const Bytes batch = Batch(data, cut, std::vector<bool>(cut.size(), true));
  const auto first = f.Begin(f.repository);
  const auto second = f.Begin(f.repository);
  MUST(first->Put(batch));
  MUST(second->Put(batch));
  MUST(first->Assemble(cut, {HashSha256(data), data.size()}));
  CHECK(f.Loose() == data.size());
  MUST(Collect(f.local(), {}));  // the second one holds it still
  CHECK(f.Loose() == data.size());
  MUST(second->Assemble(cut, {HashSha256(data), data.size()}));
  CHECK(f.Loose() == data.size());
  MUST(Collect(f.local(), {}));
  CHECK(f.Loose() == 0);
}

TEST_CASE("WhatWasCutAnewIsLooseWhenTheFileIsNotRecorded") {
  Fixture f;
  const Bytes data = Noise(24u << 20, 4);  // more than waits for the writer's threads
  const auto cut = CutEvenly(data, 100'000);
  const auto session = f.Begin(f.repository);
  MUST(session->Put(Batch(data, cut, std::vector<bool>(cut.size(), true))));
  const auto gone = [&]() -> Status {
    return f.StoredBytes() == data.size() ? Ok() : Status(Error(Errc::Cancelled, "gone"));
  };
  const ContentSession::FileClaim claim{HashSha256(data), data.size()};
  MUST_FAIL(session->Assemble({cut, claim, nullptr, gone}), Errc::Cancelled);
  CHECK(f.StoredBytes() > data.size());
  CHECK(f.Loose() == f.StoredBytes());
  MUST(session->Assemble(cut, claim));  // has what was cut before
  CHECK(f.StoredBytes() == 2 * data.size());
  CHECK(f.Loose() == data.size());
  MUST(Collect(f.local(), {.rewrite_share = 0}));
  CHECK(f.Loose() == 0);
  CHECK(f.StoredBytes() == data.size());
}

namespace {

// A session that holds 300,000 bytes in one row, and whatever of pack 77 the test says.
struct InPack77 : Fixture {
  std::shared_ptr<ContentSession> session = Begin(repository);
  std::int64_t row = 0;

  InPack77() {
    Send(*session, Noise(300'000, 1));
    REQUIRE(Rows() == 1);
  }
  std::int64_t Rows() {
    std::int64_t count = 0;
    MUST(database->Snapshot([&](Connection& c) -> Status {
      auto found = c.Query("SELECT count(*), max(session) FROM upload_range");
      if (found.Next()) count = found.Int(0), row = found.Int(1);
      return found.status();
    }));
    return count;
  }
  std::uint64_t Bytes77() { return Loose() - 300'000; }
  std::uint64_t Hold(std::uint32_t first, std::vector<std::uint32_t> sizes) {
    MUST(database->Write([&](Connection& c) {
      return HoldPlaces(c, row, {77, first, static_cast<std::uint32_t>(sizes.size()), 0}, sizes);
    }));
    return Bytes77();
  }
  // As before catalog version 10.
  void InsertOld(std::uint32_t first, std::uint32_t count) {
    MUST(database->Write([&](Connection& c) {
      return c.Execute("INSERT INTO upload_range(session, pack, first, count) VALUES(?, 77, ?, ?)",
                       row, first, count);
    }));
  }
  void LetGo(const std::vector<Term>& places) {
    MUST(database->Write([&](Connection& c) { return LetGoOfPlaces(c, repository, places); }));
  }
  using Ranges = std::vector<std::pair<std::int64_t, std::int64_t>>;
  Ranges Held() {
    Ranges held;
    auto lease = MUST(database->Read());
    auto rows =
        lease->Query("SELECT first, count FROM upload_range WHERE pack = 77 ORDER BY first");
    while (rows.Next()) held.emplace_back(rows.Int(0), rows.Int(1));
    return held;
  }
};

}  // namespace

TEST_CASE("RunsThatTouchAreHeldAsOne") {
  InPack77 f;
  CHECK(f.Hold(10, {1, 2}) == 3);
  CHECK(f.Hold(20, {100}) == 103);
  CHECK(f.Hold(11, {2, 4}) == 107);
  CHECK(f.Rows() == 3);
  CHECK(f.Hold(13, {10, 10, 10, 10, 10, 10, 10, 100}) == 177);  // what was between them
  CHECK(f.Rows() == 2);
  f.LetGo({{77, 20, 9, 0}, {77, 0, 5, 0}, {77, 5, 6, 0}, {77, 12, 1, 0}});
  CHECK(f.Bytes77() == 72);
  CHECK(f.Held() == InPack77::Ranges{{11, 1}, {13, 7}});
}

TEST_CASE("OldRunsWithinOthersAreHeldAsOne") {
  InPack77 f;
  f.InsertOld(1, 5000);
  f.InsertOld(5, 1);
  CHECK(f.Hold(5, {40}) == 40);
  CHECK(f.Held() == InPack77::Ranges{{1, 5000}});
  CHECK(f.Hold(4999, {1, 2, 3, 4}) == 50);
  CHECK(f.Held() == InPack77::Ranges{{1, 5002}});
}

TEST_CASE("OldRunsWithinOthersAreLetGoOf") {
  InPack77 f;
  f.InsertOld(1, 5000);
  f.InsertOld(5, 10);
  f.LetGo({{77, 1, 4, 0}, {77, 8, 1, 0}});
  CHECK(f.Held() == InPack77::Ranges{{5, 3}, {9, 4992}});
  f.LetGo({{77, 0, 8192, 0}});
  CHECK(f.Held().empty());
  CHECK(f.Rows() == 1);
}

TEST_CASE("LettingGoAsksOnceForEachPackOfHoweverManySessions") {
  InPack77 f;
  for (int i = 0; i < 30; ++i) {
    f.session = f.Begin(f.repository);
    Send(*f.session, Noise(1000, 100 + static_cast<std::uint64_t>(i)));
  }
  std::vector<Term> places;
  for (std::uint32_t i = 0; i < 20; ++i) places.push_back({77 + i % 2, 3 * i, 2, 0});
  std::size_t statements = 0;
  MUST(f.database->Write([&](Connection& c) {
    const auto count = [](unsigned, void* counter, void*, void*) {
      ++*static_cast<std::size_t*>(counter);
      return 0;
    };
    ::sqlite3_trace_v2(c.handle(), SQLITE_TRACE_STMT, count, &statements);
    Status gone = LetGoOfPlaces(c, f.repository, places);
    ::sqlite3_trace_v2(c.handle(), 0, nullptr, nullptr);
    return gone;
  }));
  CHECK(statements == 2);
}

TEST_CASE("HoldingLooksAtNoMoreThanItTouches") {
  InPack77 f;
  MUST(f.database->Write([&](Connection& c) -> Status {
    const std::uint32_t size = 1;
    for (std::uint32_t at = 0; at < 4'000; ++at) {
      TRY(HoldPlaces(c, f.row, {77, 2 * at, 1, 0}, {&size, 1}));
    }
    std::size_t steps = 0;
    const auto count = [](void* counter) {
      ++*static_cast<std::size_t*>(counter);
      return 0;
    };
    ::sqlite3_progress_handler(c.handle(), 1, count, &steps);
    const Status held = HoldPlaces(c, f.row, {77, 7'001, 1, 0}, {&size, 1});
    const Status gone = LetGoOfPlaces(c, f.repository, {{77, 6'002, 1, 0}});
    ::sqlite3_progress_handler(c.handle(), 0, nullptr, nullptr);
    CHECK(steps < 1'000);
    TRY(held);
    return gone;
  }));
  CHECK(f.Held().size() == 3'998);
  CHECK(f.Bytes77() == 4'000);
}
