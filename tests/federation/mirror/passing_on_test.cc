// What a mirror passes on of a file before it has all of it, to whom, and for how long.
#include "federation/mirror/arriving_files.h"
#include "federation/transfer/parallel.h"
#include "tests/federation/mirror/mirror_pair.h"

using namespace banyan;
using namespace banyan::federation;
using namespace banyan::federation::testing;
using banyan::tests::Noise;

namespace {

constexpr std::size_t kFileBytes = 24'000'000;

// A publisher of one large file, and a follower that passes on what it gets.
struct Chain : MirrorPair {
  ArrivingFiles arriving;
  StorePeer passing{"https://passing", follower};
  Bytes content = Noise(kFileBytes, 1);
  FileHash hash;
  std::int64_t card = 0;

  Chain() {
    publisher.CommitFile("a.bin", content);
    card = Follow();
    passing.arriving = &arriving;
    auto lease = MUST(publisher.database->Read());
    auto rows = lease->Query("SELECT hash FROM file WHERE size = ?", std::int64_t{kFileBytes});
    REQUIRE(rows.Next());
    hash = rows.DigestAt<FileHash>(0);
  }
  std::string Path(const std::string& rest) const { return "/fed/f/" + hash.ToString() + rest; }
  MirrorReport RunPassing() {
    auto parts = follower.Parts();
    parts.arriving = &arriving;
    return RepositoryMirror(parts).Run(card, std::vector<PeerSource*>{&one});
  }
  // Calls `look` once, while the follower has a part of the file.
  void LookMeanwhile(const std::function<void(const HeldChunks&)>& look) {
    bool has_looked = false;
    one.before_data = [&] {
      const auto held = passing.GetHeld(hash, ChunkCount());
      if (has_looked || !held || held->here.IsEmpty()) return;
      has_looked = true;
      look(*held);
    };
    const auto report = RunPassing();
    if (!report.outcome) FAIL(report.outcome.error().message());
    CHECK(has_looked);
  }
  std::size_t ChunkCount() {
    auto lease = MUST(publisher.database->Read());
    const auto row = MUST(storage::FindFileRow(*lease, hash));
    return static_cast<std::size_t>(MUST(storage::GetFile(*lease, row)).chunk_count);
  }
};

// The content of a batch, decoded.
Bytes Decoded(ByteView batch) {
  const auto table = MUST(storage::ParseBatchTable(batch));
  batch = batch.subspan(storage::BatchTableBytes(table.size()));
  storage::ChunkDecoder decoder;
  Bytes all;
  for (const auto& entry : table) {
    Bytes raw(entry.raw_bytes);
    MUST(decoder.Decode(entry.encoding, batch.first(entry.stored_bytes), raw));
    batch = batch.subspan(entry.stored_bytes);
    all.insert(all.end(), raw.begin(), raw.end());
  }
  CHECK(batch.empty());
  return all;
}

}  // namespace

TEST_CASE("WhatHasComeOfAFileIsGivenBeforeTheFileIsWhole") {
  Chain c;
  c.LookMeanwhile([&](const HeldChunks& held) {
    CHECK_FALSE(held.IsWhole());
    CHECK(MUST(c.passing.FetchOutline(c.hash)) == MUST(c.two.FetchOutline(c.hash)));
    const auto chunks = MUST(storage::ParseChunkList(MUST(c.passing.FetchSection(c.hash, 0)),
                                                     storage::kMaxSectionChunks));
    const std::size_t first = *held.here.NextFrom(0);
    std::size_t offset = 0;
    for (std::size_t i = 0; i < first; ++i) offset += chunks[i].size_bytes;
    Bytes batch;
    const auto take = [&](ByteView piece) {
      batch.insert(batch.end(), piece.begin(), piece.end());
      return Ok();
    };
    MUST(c.passing.FetchRun(c.hash, 0, {first, first + 1}, take));
    const auto expected = ByteView(c.content).subspan(offset, chunks[first].size_bytes);
    CHECK(std::ranges::equal(Decoded(batch), expected));

    std::size_t lacking = 0;
    while (held.here.Has(lacking) || held.coming.Has(lacking)) ++lacking;
    MUST_FAIL(c.passing.FetchRun(c.hash, 0, {lacking, lacking + 1}, take), Errc::NotFound);
    MUST_FAIL(c.passing.FetchData(c.hash, 0, 0, 10, take), Errc::NotFound);
    MUST_FAIL(c.passing.FetchRun(c.hash, 0, {5, 5}, take), Errc::Invalid);
    MUST_FAIL(c.passing.FetchRun(c.hash, 0, {0, 100'000}, take), Errc::NotFound);
  });
}

TEST_CASE("WhatIsWithheldMeanwhileIsNotPassedOnAttack18") {
  Chain c;
  const auto forget = [&](const std::string& sql) {
    MUST(c.follower.database->Write(
        [&](storage::Connection& connection) { return connection.Execute(sql); }));
    MUST_FAIL(c.passing.GetHeld(c.hash, c.ChunkCount()), Errc::NotFound);
    MUST_FAIL(c.passing.FetchOutline(c.hash), Errc::NotFound);
  };
  c.LookMeanwhile([&](const HeldChunks&) {
    forget("UPDATE mirror SET passed_over = 1");
    MUST(c.follower.database->Write([&](storage::Connection& connection) {
      return connection.Execute("UPDATE mirror SET passed_over = 0");
    }));
    MUST(c.passing.GetHeld(c.hash, c.ChunkCount()));
  });
  // After the run it is a file like any other, and nothing more is kept for passing on.
  auto lease = MUST(c.follower.database->Read());
  MUST_FAIL(c.arriving.Find(*lease, c.hash), Errc::NotFound);
  CHECK(MUST(c.passing.GetHeld(c.hash, c.ChunkCount())).IsWhole());
}

TEST_CASE("AMirrorThatFailsPassesNothingOnAnyMore") {
  Chain c;
  c.one.data_budget = 3'000'000;
  const auto report = c.RunPassing();
  CHECK_FALSE(report.outcome);
  MUST_FAIL(c.passing.GetHeld(c.hash, c.ChunkCount()), Errc::NotFound);
}

TEST_CASE("ANodeBehindOneThatStillReceivesReceivesMeanwhile") {
  Chain c;
  Follower last;
  const auto card = last.Follow(c.publisher);
  auto& clock = SystemClock();
  std::atomic<bool> is_first_done{false};
  bool was_early = false;
  c.one.before_data = [&] { clock.SleepMs(50); };
  c.two.data_budget = 0;  // gives all but content
  MUST(ForEachInParallel(2, 2, [&](std::size_t i) -> Status {
    if (i == 0) {
      const auto report = c.RunPassing();
      is_first_done = true;
      return report.outcome ? Ok() : Status(report.outcome.error());
    }
    while (!c.passing.GetHeld(c.hash, c.ChunkCount()) && !is_first_done) clock.SleepMs(5);
    const MirrorParts parts{
        clock, last.random, *last.database, last.local(), last.cancelled, {}, {}, 2};
    c.passing.before_data = [&] { was_early = was_early || !is_first_done; };
    const auto report =
        RepositoryMirror(parts).Run(card, std::vector<PeerSource*>{&c.two, &c.passing});
    return report.outcome ? Ok() : Status(report.outcome.error());
  }));
  CHECK(was_early);
  RequireSame(c.publisher, last, card);
}

TEST_CASE("AChunkThatComesSeveralTimesIsHereEverywhereAtOnce") {
  MirrorPair p;
  Bytes content = Noise(6'000'000, 1);
  content.resize(12'000'000);  // zeros: one chunk again and again
  const auto tail = Noise(2'000'000, 2);
  content.insert(content.end(), tail.begin(), tail.end());
  p.publisher.CommitFile("a.bin", content);
  const auto card = p.Follow();
  ArrivingFiles arriving;
  auto parts = p.follower.Parts();
  parts.arriving = &arriving;
  StorePeer passing("https://passing", p.follower);
  passing.arriving = &arriving;
  MUST(RepositoryMirror(parts).Run(card, std::vector<PeerSource*>{&p.one}).outcome);
  RequireSame(p.publisher, p.follower, card);
  CHECK(p.one.data_sent < 8'400'000);
}
