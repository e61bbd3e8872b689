#include "storage/history/uploads.h"

#include "storage/catalog/accounts.h"
#include "tests/support/store_fixture.h"

using namespace banyan;
using namespace banyan::storage;
using namespace banyan::tests;

namespace {

struct Fixture : StoreFixture {
  std::int64_t open = AddRepository("open", false);
  std::int64_t closed = AddRepository("closed", true);

  FileContent Add(std::int64_t repository, Holding holding, std::size_t size, std::uint64_t seed) {
    auto file = MUST(store->PutBytes(Noise(size, seed)));
    MUST(store->Sync());
    MUST(database->Write([&](Connection& c) -> Status {
      file.content.row = TRY(RecordFile(c, file.content, 1));
      return HoldFile(c, repository, file.content, holding, 1);
    }));
    return file.content;
  }
  bool Usable(std::int64_t repository, const FileContent& file) {
    auto lease = MUST(database->Read());
    return MUST(FindUsableFile(*lease, repository, file.sha256)).has_value();
  }
  bool Committed(std::int64_t repository, const FileContent& file) {
    auto lease = MUST(database->Read());
    return MUST(FindCommittedFile(*lease, repository, file.sha256)).has_value();
  }
  Status Room(std::uint64_t bytes) {
    auto lease = MUST(database->Read());
    return RequireUploadRoom(*lease, open, bytes, {1000});
  }
};

}  // namespace

TEST_CASE("OnlyOwnAndPublicFilesAreUsable") {
  Fixture f;
  const auto waiting = f.Add(f.closed, Holding::Uploaded, 10, 1);
  const auto hidden = f.Add(f.closed, Holding::Committed, 10, 2);
  const auto known = f.Add(f.open, Holding::Committed, 10, 3);
  CHECK(f.Usable(f.closed, waiting));
  CHECK(f.Usable(f.closed, hidden));
  CHECK(f.Usable(f.closed, known));
  CHECK_FALSE(f.Usable(f.open, waiting));
  CHECK_FALSE(f.Usable(f.open, hidden));
  CHECK_FALSE(f.Usable(f.open, FileContent()));
}

TEST_CASE("ReadersHaveWhatIsCommitted") {
  Fixture f;
  const auto waiting = f.Add(f.open, Holding::Uploaded, 10, 1);
  const auto known = f.Add(f.open, Holding::Committed, 10, 2);
  CHECK_FALSE(f.Committed(f.open, waiting));
  CHECK(f.Committed(f.open, known));
  CHECK(f.Committed(f.closed, known));
}

TEST_CASE("WhatWaitsTakesRoomUntilItGoes") {
  Fixture f;
  MUST(f.Room(1000));
  MUST_FAIL(f.Room(1001), Errc::TooLarge);
  const auto waiting = f.Add(f.closed, Holding::Uploaded, 400, 1);
  const auto known = f.Add(f.open, Holding::Committed, 100, 2);
  MUST(f.Room(500));
  MUST_FAIL(f.Room(501), Errc::TooLarge);
  MUST(f.Room(0));
  MUST(f.database->Write([&](Connection& c) { return ReleaseFile(c, f.closed, waiting.row); }));
  CHECK_FALSE(f.Usable(f.closed, waiting));
  CHECK(f.Committed(f.open, known));
  MUST(f.Room(900));
}

TEST_CASE("APartGoesUnlessItIsWantedOtherwiseToo") {
  Fixture f;
  const Sha256 one = HashSha256(AsBytes("one"));
  const Sha256 other = HashSha256(AsBytes("other"));
  const auto part = f.Add(f.open, Holding::Committed, 400, 1);
  const auto hold = [&](const Sha256& whole) {
    MUST(f.database->Write([&](Connection& c) { return HoldPart(c, f.closed, part, whole, 1); }));
  };
  const auto hold_itself = [&](Holding holding) {
    MUST(f.database->Write([&](Connection& c) { return HoldFile(c, f.closed, part, holding, 1); }));
  };
  // Is it held on when the file comes?
  const auto stays = [&](const Sha256& whole) {
    MUST(f.database->Write([&](Connection& c) { return DropPart(c, f.closed, part.row, whole); }));
    auto lease = MUST(f.database->Read());
    return lease->Query("SELECT 1 FROM repository_file WHERE repository = ?", f.closed).Next();
  };
  CHECK_FALSE(stays(one));
  hold(one);
  hold(one);  // sent again
  CHECK(stays(other));
  CHECK_FALSE(stays(one));
  hold(one);
  hold(other);
  CHECK(stays(one));
  CHECK(stays(other));
  hold(one);  // which the other one needs still
  CHECK(stays(one));
  MUST(f.database->Write([&](Connection& c) { return ReleaseFile(c, f.closed, part.row); }));
  hold(one);
  hold_itself(Holding::Uploaded);
  CHECK(stays(one));
  MUST(f.database->Write([&](Connection& c) { return ReleaseFile(c, f.closed, part.row); }));
  hold(one);
  hold_itself(Holding::Committed);
  CHECK(stays(one));
}

TEST_CASE("OnlyWhatARepositoryHoldsTakesNoNewRoom") {
  Fixture f;
  const auto waiting = f.Add(f.closed, Holding::Uploaded, 10, 1);
  const auto known = f.Add(f.open, Holding::Committed, 20, 2);
  const auto bytes = [&](std::int64_t repository, const FileContent& file, std::uint64_t size) {
    auto lease = MUST(f.database->Read());
    return MUST(CountNewBytes(*lease, repository, file.sha256, size));
  };
  CHECK(bytes(f.closed, waiting, 10) == 0);
  CHECK(bytes(f.open, known, 20) == 0);
  CHECK(bytes(f.open, known, 30) == 30);  // another one, said to have its digest
  CHECK(bytes(f.open, waiting, 10) == 10);
  CHECK(bytes(f.closed, known, 20) == 20);  // though it is public
  CHECK(bytes(f.open, FileContent(), 30) == 30);
}

TEST_CASE("ChunksOfDamagedFilesHaveTheirRoomAlready") {
  Fixture f;
  const auto file = f.Add(f.open, Holding::Committed, 900, 1);
  const auto room = [&](std::uint64_t bytes) {
    auto lease = MUST(f.database->Read());
    return RequireLooseRoom(*lease, f.closed, bytes, {1000});
  };
  MUST(room(100));
  MUST_FAIL(room(101), Errc::TooLarge);
  MUST(f.database->Write([&](Connection& c) {
    return c.Execute("UPDATE file SET damaged = 1 WHERE id = ?", file.row);
  }));
  MUST(room(1000));
  MUST_FAIL(room(1001), Errc::TooLarge);
  MUST(f.database->Write([](Connection& c) {
    return c.Execute("UPDATE namespace SET quota_bytes = 500");  // less than is stored
  }));
  MUST(room(900));
  MUST_FAIL(room(901), Errc::TooLarge);
}
