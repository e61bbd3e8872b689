#include "storage/content/content_session.h"

#include <zstd.h>

#include <thread>

#include "storage/content/merkle.h"
#include "tests/support/chunks.h"
#include "tests/support/fake_clock.h"
#include "tests/support/must.h"
#include "tests/support/store_fixture.h"

using namespace banyan;
using namespace banyan::storage;
using banyan::tests::Batch;
using banyan::tests::Cut;
using banyan::tests::Noise;

namespace {

struct Fixture : banyan::tests::StoreFixture {
  std::int64_t user() { return 1; }
  std::shared_ptr<ContentSession> Begin(std::int64_t repository) {
    return MUST(ContentSession::Begin(local(), SystemRandom(), {user(), repository}));
  }
};

std::size_t CountTrue(const std::vector<bool>& flags) {
  return static_cast<std::size_t>(std::count(flags.begin(), flags.end(), true));
}

}  // namespace

TEST_CASE("SessionTakesOnlyWhatIsLackingAndResumes") {
  Fixture f;
  const auto repository = f.AddRepository("a", true);
  const Bytes data = Noise(3000000, 1);
  const ChunkList chunks = Cut(data);
  auto session = f.Begin(repository);
  const std::string name = session->name();
  auto lacking = MUST(session->Lacking(chunks));
  REQUIRE(CountTrue(lacking) == chunks.size());
  std::vector<bool> half = lacking;
  for (std::size_t i = half.size() / 2; i < half.size(); ++i) half[i] = false;
  MUST(session->Put(Batch(data, chunks, half)));
  MUST_FAIL(session->Assemble(chunks, {HashSha256(data), data.size()}), Errc::Conflict);

  session.reset();
  f.Reopen();  // the node restarts in the middle
  session = MUST(ContentSession::Resume(f.local(), name, {1, repository}));
  lacking = MUST(session->Lacking(chunks));
  REQUIRE(CountTrue(lacking) == chunks.size() - chunks.size() / 2);
  MUST(session->Put(Batch(data, chunks, lacking)));
  const auto file = MUST(session->Assemble(chunks, {HashSha256(data), data.size()}));
  REQUIRE(file.hash == HashFile(chunks));
  Bytes read(data.size());
  REQUIRE(MUST(MUST(f.store->OpenFile(file))->ReadAt(0, read)) == data.size());
  REQUIRE(read == data);
  MUST(session->End());
  MUST_FAIL(ContentSession::Resume(f.local(), name, {1, repository}), Errc::NotFound);
}

TEST_CASE("TheSessionUnusedForLongestGivesWay") {
  FakeClock clock;
  Fixture f;
  f.store.reset();
  f.store = MUST(ContentStore::Open(clock, f.fs, *f.database, {f.root, 0}));
  const auto repository = f.AddRepository("a", true);
  const auto other = f.AddRepository("b", true);
  const auto elsewhere = f.Begin(other)->name();
  MUST(f.database->Write([&](Connection& c) -> Status {
    for (std::int64_t i = 0; i < ContentSession::kMostOpen; ++i) {
      TRY(
          c.Execute("INSERT INTO upload_session(name, user, repository, created_ms, used_ms)"
                    " VALUES(?, ?, ?, 0, ?)",
                    "s" + std::to_string(i), f.user(), repository, clock.NowMs() + i));
    }
    return Ok();
  }));
  const auto open = [&](const std::string& name) {
    return ContentSession::Resume(f.local(), name, {f.user(), repository});
  };
  clock.Advance(1000);
  MUST(open("s0"));                                                       // is in use
  MUST(ContentSession::OfName(f.local(), "s2", {f.user(), repository}));  // and does not begin
  const auto begun = f.Begin(repository)->name();
  MUST_FAIL(open("s1"), Errc::NotFound);
  for (const char* name : {"s0", "s2", "s3"}) MUST(open(name));
  MUST(open(begun));
  MUST(ContentSession::Resume(f.local(), elsewhere, {f.user(), other}));
  clock.JumpTo(1'000'000'000'000);  // before all others were used
  MUST(open(f.Begin(repository)->name()));
}

TEST_CASE("AnEndedSessionEndsNoOther") {
  Fixture f;
  const auto repository = f.AddRepository("a", true);
  const auto gone = f.Begin(repository);
  MUST(f.database->Write([](Connection& c) { return c.Execute("DELETE FROM upload_session"); }));
  const auto other = f.Begin(repository);  // gets its row
  MUST(gone->End());
  MUST(ContentSession::Resume(f.local(), other->name(), {f.user(), repository}));
}

TEST_CASE("SessionBelievesNoClaim") {
  Fixture f;
  const auto repository = f.AddRepository("a", false);
  const Bytes data = Noise(400000, 2);
  const ChunkList chunks = Cut(data);
  auto session = f.Begin(repository);
  const Bytes batch = Batch(data, chunks, std::vector<bool>(chunks.size(), true));
  MUST_FAIL(session->Put(ByteView(batch).first(batch.size() - 1)), Errc::Invalid);
  Bytes longer = batch;
  longer.push_back(0);
  MUST_FAIL(session->Put(longer), Errc::Invalid);
  REQUIRE(CountTrue(MUST(session->Lacking(chunks))) == chunks.size());
  MUST(session->Put(batch));
  MUST_FAIL(session->Assemble(chunks, {HashSha256(AsBytes("x")), data.size()}), Errc::Invalid);
  MUST_FAIL(session->Assemble(chunks, {HashSha256(data), data.size() + 1}), Errc::Invalid);
  ChunkList resized = chunks;
  resized[0].size_bytes += 1;
  resized[1].size_bytes -= 1;
  MUST_FAIL(session->Assemble(resized, {HashSha256(data), data.size()}), Errc::Invalid);
  MUST_FAIL(ContentSession::Resume(f.local(), session->name(), {1, repository + 1}),
            Errc::NotFound);
}

TEST_CASE("SessionRefusesABombAndKeepsNothingOfItsBatch") {
  Fixture f;
  const auto repository = f.AddRepository("a", true);
  auto session = f.Begin(repository);
  const Bytes honest = Noise(5000, 3);
  const Bytes zeros(64u << 20);
  Bytes bomb(ZSTD_compressBound(zeros.size()));
  bomb.resize(ZSTD_compress(bomb.data(), bomb.size(), zeros.data(), zeros.size(), 3));
  REQUIRE(bomb.size() < 100000);
  for (const std::uint32_t claimed : {100000u, 131072u}) {
    Bytes batch = EncodeBatchTable(std::vector<BatchEntry>{
        {5000, 5000, Encoding::Raw},
        {static_cast<std::uint32_t>(bomb.size()), claimed, Encoding::Zstd}});
    batch.insert(batch.end(), honest.begin(), honest.end());
    batch.insert(batch.end(), bomb.begin(), bomb.end());
    MUST_FAIL(session->Put(batch), Errc::Invalid);
  }
  const ChunkList chunks = {{HashChunk(honest), 5000}};
  REQUIRE(CountTrue(MUST(session->Lacking(chunks))) == 1);
  MUST_FAIL(session->Assemble(chunks, {HashSha256(honest), 5000}), Errc::Conflict);
}

TEST_CASE("WhatIsExpectedComesOrNothingIsKept") {
  Fixture f;
  auto session = f.Begin(f.AddRepository("a", true));
  const Bytes data = Noise(300000, 7);
  const ChunkList chunks = Cut(data);
  const std::vector<bool> all(chunks.size(), true);
  Bytes lie = data;
  lie[lie.size() - 1] ^= 1;
  MUST_FAIL(session->Put(Batch(lie, chunks, all), chunks), Errc::Corrupt);
  Bytes broken = Batch(data, chunks, all);
  broken[12] = static_cast<std::uint8_t>(Encoding::Zstd);  // of the first chunk
  MUST_FAIL(session->Put(broken, chunks), Errc::Corrupt);
  const auto fewer = std::span(chunks).first(chunks.size() - 1);
  MUST_FAIL(session->Put(Batch(data, chunks, all), fewer), Errc::Corrupt);
  REQUIRE(CountTrue(MUST(session->Lacking(chunks))) == chunks.size());
  MUST_FAIL(session->Assemble(chunks, {HashSha256(data), data.size()}), Errc::Conflict);
  MUST(session->Put(Batch(data, chunks, all), chunks));
  MUST(session->Assemble(chunks, {HashSha256(data), data.size()}));
}

TEST_CASE("BytesOfAnotherChunkLeaveItLacking") {
  Fixture f;
  auto session = f.Begin(f.AddRepository("a", true));
  const Bytes data = Noise(50000, 4);
  const ChunkList chunks = Cut(data);
  Bytes lie = data;
  lie[100] ^= 1;
  MUST(session->Put(Batch(lie, chunks, std::vector<bool>(chunks.size(), true))));
  REQUIRE(CountTrue(MUST(session->Lacking(chunks))) == 1);
  MUST_FAIL(session->Assemble(chunks, {HashSha256(data), data.size()}), Errc::Conflict);
}

TEST_CASE("SessionStoresAForeignCutUnderTheCanonicalOne") {
  Fixture f;
  const auto repository = f.AddRepository("a", false);
  const Bytes data = Noise(500000, 3);
  ChunkList cut;
  for (std::size_t at = 0; at < data.size(); at += 10000) {
    const auto part = ByteView(data).subspan(at, 10000);
    cut.push_back({HashChunk(part), 10000});
  }
  auto session = f.Begin(repository);
  MUST(session->Put(Batch(data, cut, std::vector<bool>(cut.size(), true))));
  const auto file = MUST(session->Assemble(cut, {HashSha256(data), data.size()}));
  REQUIRE(file.hash == HashFile(Cut(data)));
  REQUIRE(MUST(f.store->ListChunks(file)) == Cut(data));
}

TEST_CASE("SessionLearnsOnlyOfPublicAndOwnChunks") {
  Fixture f;
  const auto mine = f.AddRepository("mine", true);
  const auto hidden = f.AddRepository("hidden", true);
  const auto open = f.AddRepository("open", false);
  const Bytes secret = Noise(300000, 4);
  const Bytes shared = Noise(300000, 5);
  const Bytes own = Noise(300000, 6);
  f.Commit(hidden, secret);
  const FileContent shared_file = f.Commit(open, shared);
  f.Commit(mine, own);
  auto session = f.Begin(mine);
  REQUIRE(CountTrue(MUST(session->Lacking(Cut(secret)))) == Cut(secret).size());
  REQUIRE(CountTrue(MUST(session->Lacking(Cut(shared)))) == 0);
  REQUIRE(CountTrue(MUST(session->Lacking(Cut(own)))) == 0);
  // The hash list alone is no key.
  MUST_FAIL(session->Assemble(Cut(secret), {HashSha256(secret), secret.size()}), Errc::Conflict);
  MUST(session->Assemble(Cut(shared), {HashSha256(shared), shared.size()}));
  // Going private hides it from others at once.
  MUST(f.database->Write([&](Connection& c) { return ReleaseFile(c, open, shared_file.row); }));
  auto other = f.Begin(hidden);
  REQUIRE(CountTrue(MUST(other->Lacking(Cut(shared)))) == Cut(shared).size());
}

TEST_CASE("ManyFilesAreMadeTogetherAndEachFailsAlone") {
  Fixture f;
  const auto repository = f.AddRepository("a", true);
  auto session = f.Begin(repository);
  std::vector<ContentSession::Assembly> files;
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    const Bytes data = Noise(20'000 * seed, seed);
    const ChunkList chunks = Cut(data);
    MUST(session->Put(Batch(data, chunks, std::vector<bool>(chunks.size(), true)), chunks));
    files.push_back({chunks, {HashSha256(data), data.size()}});
  }
  files.push_back({{}, {HashSha256({}), 0}});  // an empty one
  files[1].claim.sha256 = HashSha256(AsBytes("another"));
  files[3].chunks = Cut(Noise(80'000, 99));
  const auto made = MUST(session->AssembleAll(files));
  REQUIRE(made.size() == files.size());
  MUST_FAIL(made[1], Errc::Invalid);
  MUST_FAIL(made[3], Errc::Conflict);
  auto lease = MUST(f.database->Read());
  for (const std::size_t i : {0u, 2u, 4u, 5u}) {
    REQUIRE(MUST(made[i]).row > 0);
    CHECK(MUST(FindFile(*lease, files[i].claim.sha256)).has_value());
  }
}

TEST_CASE("SeveralThreadsPutIntoOneSession") {
  Fixture f;
  auto session = f.Begin(f.AddRepository("a", true));
  const Bytes shared = Noise(100'000, 50);
  std::vector<Bytes> parts;
  for (std::uint64_t seed = 0; seed < 8; ++seed) {
    Bytes part = Noise(300'000, seed);
    part.insert(part.end(), shared.begin(), shared.end());
    parts.push_back(std::move(part));
  }
  const auto store = [&](const Bytes& part) -> Status {
    const ChunkList chunks = Cut(part);
    TRY(session->Put(Batch(part, chunks, std::vector<bool>(chunks.size(), true)), chunks));
    TRY(session->Assemble(chunks, {HashSha256(part), part.size()}));
    return Ok();
  };
  std::vector<Status> stored(parts.size());
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    threads.emplace_back([&, i] { stored[i] = store(parts[i]); });
  }
  for (auto& thread : threads) thread.join();
  for (const Status& status : stored) MUST(status);
  for (const Bytes& part : parts) {
    CHECK(CountTrue(MUST(session->Lacking(Cut(part)))) == 0);
  }
}

TEST_CASE("AssemblingEndsWhenNobodyWaitsForIt") {
  Fixture f;
  const auto repository = f.AddRepository("a", true);
  const auto session = f.Begin(repository);
  const Bytes data = Noise(100'000, 1);
  const ChunkList once{{HashChunk(data), 100'000}};
  MUST(session->Put(Batch(data, once, {true})));
  const ChunkList chunks(2'000, once.front());  // so it may have any size
  const std::uint64_t size_bytes = chunks.size() * data.size();
  Sha256Hasher hasher;
  for (std::size_t i = 0; i < chunks.size(); ++i) hasher.Update(data);
  const Sha256 sha256 = hasher.Finish();
  int left = 0;
  int asked = 0;
  const auto go_on = [&]() -> Status {
    ++asked;
    return --left != 0 ? Ok() : Status(Error(Errc::Cancelled, "gone"));
  };
  // While it is read, and while it is stored anew, for this is not the canonical cut.
  for (const int times : {1, 100, 2'500}) {
    left = times;
    MUST_FAIL(session->Assemble({chunks, {sha256, size_bytes}, nullptr, go_on}), Errc::Cancelled);
    CHECK(left == 0);
  }
  // With a wrong SHA-256 the disk is asked once more, of each chunk once.
  asked = 0;
  left = -1;
  MUST_FAIL(session->Assemble({chunks, {Sha256(), size_bytes}, nullptr, go_on}), Errc::Invalid);
  CHECK(asked <= 2'001);
  left = asked;
  MUST_FAIL(session->Assemble({chunks, {Sha256(), size_bytes}, nullptr, go_on}), Errc::Cancelled);
  CHECK(MUST(session->Assemble({chunks, {sha256, size_bytes}, nullptr, go_on})).sha256 == sha256);
}
