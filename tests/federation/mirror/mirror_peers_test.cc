// Peers that are down, break off, or lie: what a run from several of them makes of it.
#include "federation/mirror/mirror_peers.h"

#include "tests/federation/mirror/mirror_pair.h"

using namespace banyan;
using namespace banyan::federation;
using namespace banyan::federation::testing;
using banyan::tests::Noise;

namespace {

constexpr std::size_t kFileBytes = 30'000'000;

// The first peer is asked first, fails its way, and the second one has to do the rest. A file of
// more than one section.
void RequireTakenOver(MirrorPair& p, const std::string& lie) {
  p.publisher.CommitFile("a.bin", Noise(12'000'000, 1));
  const auto report = p.Run({&p.one, &p.two});
  if (!report.outcome) FAIL(report.outcome.error().message());
  RequireSame(p.publisher, p.follower, 1);
  REQUIRE(report.lies.size() == (lie.empty() ? 0 : 1));
  if (lie.empty()) return;
  CHECK(report.lies[0].peer == "https://one");
  INFO(report.lies[0].what);
  CHECK(report.lies[0].what.find(lie) != std::string::npos);
  const int asked = p.one.requests;
  p.publisher.CommitText("c", "3");
  MUST(p.Run({&p.one, &p.two}).outcome);
  CHECK(p.one.requests > asked);  // the next run gives it another chance
}

}  // namespace

TEST_CASE("AnotherPeerTakesOverFromOneThatIsDown") {
  MirrorPair p;
  p.one.is_down = true;
  RequireTakenOver(p, "");
}

TEST_CASE("AnotherPeerTakesOverFromOneThatLacksIt") {
  MirrorPair p;
  p.one.has_nothing = true;
  RequireTakenOver(p, "");
}

TEST_CASE("AnotherPeerGoesOnWhereOneBrokeOff") {
  MirrorPair p;
  p.one.data_budget = 1'500'000;
  RequireTakenOver(p, "");
  // How far it came says the order in which the two were asked; what it sent is used.
  CHECK(p.one.data_sent > 0);
  CHECK(p.one.data_sent + p.two.data_sent < 12'000'000 + 2 * 131'072 + 20'000);
}

TEST_CASE("FlippedBitsAreSeenAndFetchedElsewhereAttack06") {
  MirrorPair p;
  p.one.spoil_data = [](Bytes& piece) {
    if (piece.size() > 50'000) piece[piece.size() / 2] ^= 1;
  };
  RequireTakenOver(p, "other bytes than those of");
}

TEST_CASE("AWrongOutlineIsItsSendersFaultAttack06") {
  MirrorPair p;
  p.one.spoil_outline = [](storage::Outline& outline) { outline.sections[0].size_bytes += 1; };
  RequireTakenOver(p, "an outline that is not of file");
}

TEST_CASE("AWrongChunkListIsItsSendersFaultAttack06") {
  MirrorPair p;
  p.one.spoil_section = [](storage::ChunkList& chunks) { chunks[0].size_bytes += 1; };
  RequireTakenOver(p, "a chunk list that is not of");
}

TEST_CASE("AWrongObjectIsItsSendersFaultAttack06") {
  MirrorPair p;
  p.one.spoil_object = [](Bytes& object) { object.push_back(0); };
  RequireTakenOver(p, "another object than");
}

TEST_CASE("AnEndlessStreamIsCutAttack06") {
  MirrorPair p;
  p.one.spoil_data = [](Bytes& piece) {
    if (piece.size() > 50'000) piece.resize(piece.size() + 4'000'000);
  };
  RequireTakenOver(p, "more bytes than asked");
}

TEST_CASE("ABombIsNotUnpackedAttack07") {
  MirrorPair p;
  p.one.spoil_data = [](Bytes& piece) {
    const auto table = storage::ParseBatchTable(piece);
    if (!table || storage::BatchTableBytes(table->size()) != piece.size()) return;
    auto other = *table;  // it claims that all chunks are zstd
    for (auto& entry : other) entry.encoding = storage::Encoding::Zstd;
    piece = storage::EncodeBatchTable(other);
  };
  RequireTakenOver(p, "chunk batch");
}

TEST_CASE("ALyingPeerAloneGivesNothing") {
  MirrorPair p;
  p.one.spoil_data = [](Bytes& piece) {
    if (piece.size() > 50'000) piece[piece.size() / 2] ^= 1;
  };
  p.publisher.CommitFile("a.bin", Noise(1'000'000, 1));
  const auto report = p.Run({&p.one});
  MUST_FAIL(report.outcome, Errc::NotFound);
  CHECK(report.lies.size() == 1);
  CHECK(p.follower.Problem(1).find("https://one") != std::string::npos);
  CHECK(p.follower.Count("SELECT failures FROM mirror") == 1);
  CHECK(MUST(p.Run({&p.two}).outcome) == MirrorOutcome::Mirrored);
  CHECK(p.follower.Problem(1).empty());
  CHECK(p.follower.Count("SELECT failures FROM mirror") == 0);
}

TEST_CASE("NobodyToAskIsSaidSo") {
  MirrorPair p;
  p.publisher.CommitText("a", "1");
  MUST_FAIL(p.Run({}).outcome, Errc::Unavailable);
  p.one.is_down = true;
  MUST_FAIL(p.Run({&p.one}).outcome, Errc::Unavailable);
  CHECK(p.follower.clock.slept_ms() > 0);
}

TEST_CASE("ABreakCostsLittle") {
  MirrorPair p;
  p.publisher.CommitFile("a.bin", Noise(kFileBytes, 1));
  std::uint64_t received = 0;
  for (int part = 0; part < 3; ++part) {
    p.one.data_budget = 9'000'000;
    MUST_FAIL(p.Run({&p.one}).outcome, Errc::Unavailable);
    received += p.one.data_sent;
    p.one.data_sent = 0;
    p.follower.Reopen();
  }
  p.one.data_budget = -1;
  CHECK(MUST(p.Run({&p.one}).outcome) == MirrorOutcome::Mirrored);
  received += p.one.data_sent;
  RequireSame(p.publisher, p.follower, 1);
  CHECK(received < kFileBytes + 4 * 200'000);  // a chunk and a table each time
}

TEST_CASE("AKillCostsABatchAtMost") {
  MirrorPair p;
  p.publisher.CommitFile("a.bin", Noise(kFileBytes, 1));
  std::uint64_t seen = 0;
  // The process goes in the middle of an answer: nothing is done any more after that.
  p.one.spoil_data = [&](Bytes& piece) {
    seen += piece.size();
    if (seen > 25'000'000) p.follower.cancelled = true;
  };
  MUST_FAIL(p.Run({&p.one}).outcome, Errc::Cancelled);
  CHECK(p.follower.Problem(1).empty());
  p.follower.Reopen();
  p.follower.cancelled = false;
  p.one.spoil_data = nullptr;
  const auto before = p.one.data_sent;
  CHECK(MUST(p.Run({&p.one}).outcome) == MirrorOutcome::Mirrored);
  // This peer answers one at a time, so one batch was under way: at most a sixteenth of the file.
  CHECK(p.one.data_sent - before < kFileBytes - 25'000'000 + kFileBytes / 16 + 100'000);
}

TEST_CASE("ATrickleIsKeptEveryTwoSeconds") {
  MirrorPair p;
  p.publisher.CommitFile("a.bin", Noise(3'000'000, 1));
  p.one.spoil_data = [&](Bytes& piece) {
    p.follower.clock.Advance(1'000);
    if (p.one.data_sent + piece.size() > 2'500'000) p.follower.cancelled = true;
  };
  MUST_FAIL(p.Run({&p.one}).outcome, Errc::Cancelled);
  p.follower.cancelled = false;
  p.one.spoil_data = nullptr;
  p.one.data_sent = 0;
  CHECK(MUST(p.Run({&p.one}).outcome) == MirrorOutcome::Mirrored);
  CHECK(p.one.data_sent < 2'000'000);
}
