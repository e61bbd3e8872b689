#include "storage/content/loose_places.h"

#include "storage/content/content_session.h"
#include "tests/support/chunks.h"
#include "tests/support/must.h"
#include "tests/support/store_fixture.h"

using namespace banyan;
using namespace banyan::storage;
using banyan::tests::Batch;
using banyan::tests::Cut;
using banyan::tests::Noise;

namespace {

constexpr std::int64_t kOwner = 1;  // of the fixture's repositories

struct Fixture : banyan::tests::StoreFixture {
  std::int64_t repository = AddRepository("a", true);

  std::shared_ptr<ContentSession> Begin(std::int64_t of) {
    return MUST(ContentSession::Begin(local(), SystemRandom(), {kOwner, of}));
  }
  std::uint64_t Loose() { return MUST(CountLooseBytes(*MUST(database->Read()), repository)); }
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

TEST_CASE("WhatTwoSessionsHoldCountsUntilBothEnd") {
  Fixture f;
  const Bytes data = Noise(600'000, 1);
  const auto first = f.Begin(f.repository);
  const auto second = f.Begin(f.repository);
  Send(*first, data);
  Send(*second, data);
  CHECK(f.Loose() == data.size());
  MUST(first->End());
  CHECK(f.Loose() == data.size());
  MUST(second->End());
  CHECK(f.Loose() == 0);
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
  CHECK(f.Loose() == data.size());
  Make(*again, data);
  CHECK(f.Loose() == 0);
}

TEST_CASE("WhatARepositoryHoldsAlreadyIsNotLooseOnceAFileOfItIsMade") {
  Fixture f;
  const Bytes data = Noise(400'000, 1);
  f.Commit(f.repository, data);
  const auto session = f.Begin(f.repository);
  Send(*session, data);
  CHECK(f.Loose() == data.size());
  Make(*session, data);
  CHECK(f.Loose() == 0);
}

TEST_CASE("RunsThatTouchAreHeldAsOne") {
  Fixture f;
  const auto session = f.Begin(f.repository);
  std::int64_t row = 0;
  const auto rows = [&] {
    std::int64_t count = 0;
    MUST(f.database->Snapshot([&](Connection& c) -> Status {
      auto found = c.Query("SELECT count(*), max(session) FROM upload_range");
      if (found.Next()) count = found.Int(0), row = found.Int(1);
      return found.status();
    }));
    return count;
  };
  Send(*session, Noise(300'000, 1));
  REQUIRE(rows() == 1);
  const auto hold = [&](std::uint32_t first, std::vector<std::uint32_t> sizes) {
    MUST(f.database->Write([&](Connection& c) {
      return HoldPlaces(c, row, {77, first, static_cast<std::uint32_t>(sizes.size()), 0}, sizes);
    }));
    return f.Loose() - 300'000;
  };
  CHECK(hold(10, {1, 2}) == 3);
  CHECK(hold(20, {100}) == 103);
  CHECK(hold(11, {2, 4}) == 107);
  CHECK(rows() == 3);
  CHECK(hold(13, {10, 10, 10, 10, 10, 10, 10, 100}) == 177);  // what was between them
  CHECK(rows() == 2);
  MUST(f.database->Write([&](Connection& c) {
    return LetGoOfPlaces(c, {&row, 1},
                         {{77, 20, 9, 0}, {77, 0, 5, 0}, {77, 5, 6, 0}, {77, 12, 1, 0}});
  }));
  CHECK(f.Loose() - 300'000 == 72);
}
