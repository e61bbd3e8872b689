#include "federation/format/entry_bundle.h"
#include "federation/format/note.h"
#include "tests/federation/log_fixture.h"
#include "tests/support/memory_file_system.h"

using namespace banyan;
using namespace banyan::federation;
using namespace banyan::federation::testing;

namespace {

// A log of so many entries beside its genesis, published in a file system that can fail.
struct Fixture : LogFixture {
  MemoryFileSystem disk;

  Fixture() { MUST(WriteFileDurably(disk, "fence", {})); }
  void Grow(std::uint64_t count) {
    MUST(database->Write([&](storage::Connection& c) -> Status {
      for (std::uint64_t i = 0; i < count; ++i) {
        TRY(AppendEntry(c, origin.log, AsBytes("{\"t\":\"x\",\"v\":1}")));
      }
      return Ok();
    }));
  }
  Result<std::unique_ptr<LogFiles>> TryOpen(const std::string& fence = "fence") {
    return LogFiles::Open(*database, disk, clock, origin, {"log", fence});
  }
  std::unique_ptr<LogFiles> Open() { return MUST(TryOpen()); }
  LogState Head(LogFiles& files) {
    const auto bytes = MUST(files.Read("checkpoint"));
    const auto note = MUST(SignedNote::Parse(AsText(bytes)));
    const auto key =
        MUST(NoteKey::Make(origin.Line(), NoteKeyType::Ed25519, origin.keys.log.public_key()));
    MUST(VerifyNote(note, {key}));
    return MUST(Checkpoint::Parse(note.text)).state;
  }
  LogState Rows() {
    Frontier log;
    for (const auto& entry : Entries()) log.Append(HashLeaf(entry));
    return {log.size(), log.Root()};
  }
};

}  // namespace

TEST_CASE("WhatIsPublishedIsTheRows") {
  Fixture f;
  auto files = f.Open();
  MUST_FAIL(files->Read("checkpoint"), Errc::NotFound);
  for (const std::uint64_t more : {0u, 1u, 254u, 1u, 300u}) {
    f.Grow(more);
    MUST(files->Publish());
    CHECK(f.Head(*files) == f.Rows());
  }
  const auto entries = f.Entries();
  const auto bundle = MUST(files->Read("tile/entries/001"));
  CHECK(MUST(ReadEntryBundle(bundle, 256))[3] == entries[259]);
  CHECK(MUST(files->Read("tile/0/000")).size() == kTileBytes);
  CHECK(MUST(files->Read("tile/1/000.p/2")).size() == 64);
}

TEST_CASE("APartialTileIsCutFromWhatItGrewInto") {
  Fixture f;
  auto files = f.Open();
  f.Grow(9);
  MUST(files->Publish());
  const auto narrow = MUST(files->Read("tile/0/000.p/10"));
  const auto bundle = MUST(files->Read("tile/entries/000.p/10"));
  f.Grow(7);
  MUST(files->Publish());
  CHECK(MUST(files->Read("tile/0/000.p/10")) == narrow);
  CHECK(MUST(files->Read("tile/entries/000.p/10")) == bundle);
  f.Grow(300);
  MUST(files->Publish());
  CHECK(MUST(files->Read("tile/0/000.p/10")) == narrow);
  CHECK(MUST(files->Read("tile/entries/000.p/10")) == bundle);
  for (const char* absent : {"tile/0/001.p/62", "tile/0/001", "tile/0/002", "tile/1/000.p/2",
                             "tile/2/000.p/1", "tile/0/000.p/0", "../fence", "", "tile"}) {
    INFO(absent);
    MUST_FAIL(files->Read(absent), Errc::NotFound);
  }
  CHECK(MUST(f.disk.List("log/tile/0/000.p")).empty());  // narrower ones are gone
}

TEST_CASE("DerivedFilesAreMadeAgainFromRows") {
  Fixture f;
  f.Grow(600);
  MUST(f.Open()->Publish());
  MUST(WriteFileDurably(f.disk, "log/tile/0/000", AsBytes("rot")));
  MUST(f.disk.Remove("log/tile/entries/001"));
  auto files = f.Open();
  MUST(files->Publish());
  CHECK(HashSha256(MUST(files->Read("tile/0/000"))) != HashSha256(AsBytes("rot")));
  CHECK(MUST(files->Read("tile/entries/001")).size() > 256);
  CHECK(f.Head(*files) == f.Rows());
}

TEST_CASE("AnOlderCatalogSignsNothing") {
  Fixture f;
  f.Grow(20);
  MUST(f.Open()->Publish());
  const auto older = "DELETE FROM log_entry WHERE position >= 10";
  SECTION("the data directory shows it") { MUST(f.Execute(older)); }
  SECTION("only the fence shows it, as after a restored backup") {
    MUST(f.Execute(older));
    MUST(f.disk.Remove("log/checkpoint"));
  }
  MUST_FAIL(f.TryOpen(), Errc::Conflict);
}

TEST_CASE("ACatalogOfAnotherHistorySignsNothingAttack19") {
  Fixture f;
  f.Grow(20);
  MUST(f.Open()->Publish());
  MUST(f.Execute("UPDATE log_entry SET entry = x'7b7d' WHERE position = 5"));
  MUST_FAIL(f.TryOpen(), Errc::Corrupt);
}

TEST_CASE("NoHeadIsPublicBeforeTheFenceHasIt") {
  Fixture f;
  f.Grow(3);
  MUST_FAIL(f.TryOpen("elsewhere/fence"), Errc::NotFound);  // a disk that is not mounted
  auto files = f.Open();
  MUST(f.disk.Remove("fence"));
  const auto published = files->Publish();
  MUST_FAIL(published, Errc::NotFound);
  CHECK(published.error().message().find("the fence is not there.") != std::string::npos);
  MUST_FAIL(files->Read("checkpoint"), Errc::NotFound);
  MUST_FAIL(f.disk.Stat("log/checkpoint"), Errc::NotFound);
  MUST(WriteFileDurably(f.disk, "fence", {}));
  MUST(files->Publish());
  CHECK(f.Head(*files) == f.Rows());
}

TEST_CASE("TwoCopiesOfANodeDoNotSignPastOneFence") {
  Fixture f;
  f.Grow(3);
  auto one = f.Open();
  auto other = MUST(LogFiles::Open(*f.database, f.disk, f.clock, f.origin, {"copy", "fence"}));
  MUST(one->Publish());
  f.Grow(1);
  MUST_FAIL(other->Publish(), Errc::Conflict);
  MUST_FAIL(f.disk.Stat("copy/checkpoint"), Errc::NotFound);
  MUST(one->Publish());
}

TEST_CASE("AHeadSignsNoTileThatIsNotThere") {
  for (std::uint64_t nth = 1;; ++nth) {
    Fixture f;
    f.Grow(250);
    auto files = f.Open();
    MUST(files->Publish());
    f.Grow(20);
    f.disk.SetFault({.kind = FaultKind::NoSpace, .nth = nth});
    const bool is_published = files->Publish().has_value();
    f.disk.ClearFault();
    MUST(files->Publish());
    CHECK(f.Head(*files) == f.Rows());
    TileBuilder expected;
    for (const auto& entry : f.Entries()) expected.Append(HashLeaf(entry));
    for (const auto& [tile, hashes] : expected.TakeTiles()) {
      INFO(nth << " " << tile.Path());
      CHECK(MUST(files->Read(tile.Path())) == hashes);
    }
    if (is_published) break;
  }
}

TEST_CASE("APowerCutNeverTakesAHeadBack") {
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    Fixture f;
    f.Grow(250);
    auto files = f.Open();
    MUST(files->Publish());
    const auto before = f.Head(*files);
    f.Grow(20);
    f.disk.SetFault({.kind = FaultKind::Io, .nth = seed + 1, .forever = true});
    const bool is_published = files->Publish().has_value();
    files.reset();
    f.disk.Crash(seed);
    files = f.Open();
    const auto there = ReadFile(f.disk, "log/checkpoint", kMaxNoteBytes);
    REQUIRE(there.has_value());
    MUST(files->Publish());
    CHECK(f.Head(*files) == f.Rows());
    CHECK(f.Head(*files).size > before.size);
    if (is_published) break;
  }
}
