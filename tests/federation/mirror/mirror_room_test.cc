// Two that are brought here at once share the room that mirrors have.
#include "federation/mirror/mirror_room.h"

#include "federation/content_selection.h"
#include "federation/mirror/demanded_file.h"
#include "federation/mirror/mirror_files.h"
#include "storage/history/uploads.h"
#include "tests/federation/mirror/mirror_pair.h"

using namespace banyan;
using namespace banyan::federation;
using namespace banyan::federation::testing;
using banyan::tests::Noise;
using History = ContentSelection::History;
using Others = ContentSelection::Others;

namespace {

// A mirror that has none of its two large files yet; there is room for one of them.
struct Crowded : MirrorPair {
  MirrorParts parts = follower.Parts();
  std::int64_t card = 0;
  std::int64_t repository = 0;
  storage::ManifestEntry first, second;
  std::vector<PeerSource*> at_one = {&one};
  std::vector<PeerSource*> at_two = {&two};
  std::optional<DemandReport> of_second;

  Crowded() {
    publisher.CommitFile("first.bin", Noise(900'000, 1));
    publisher.CommitFile("second.bin", Noise(900'000, 2));
    Select({{}, {}, History::Heads, Others::OnDemand});
    MUST(follower.Run(card, at_one).outcome);
    repository = follower.Mirrored(card).row;
    first = Entry("first.bin");
    second = Entry("second.bin");
  }
  void Select(const ContentSelection& selection) {
    card = Follow();
    MUST(follower.database->Write([&](storage::Connection& c) {
      return c.Execute("UPDATE mirror SET selected = ?", selection.ToString());
    }));
  }
  storage::ManifestEntry Entry(const std::string& path) {
    const auto at = follower.Resolve("main");
    std::optional<storage::ManifestEntry> entry;
    follower.Read([&](storage::History& history) { entry = MUST(history.FindFile(at, path)); });
    REQUIRE(entry.has_value());
    return *entry;
  }
  Status Ask(const storage::ManifestEntry& entry, std::vector<PeerSource*>& peers) {
    return FetchDemanded(parts, repository, entry, peers).outcome;
  }
  // The second file is asked for while the next content comes.
  void AskForSecondMeanwhile() {
    one.before_data = [this] {
      if (!of_second) of_second = FetchDemanded(parts, repository, second, at_two);
    };
  }
  bool Holds(const storage::ManifestEntry& entry) {
    auto lease = MUST(follower.database->Read());
    return MUST(storage::FindCommittedFile(*lease, repository, entry.sha256)).has_value();
  }
};

}  // namespace

TEST_CASE("OfTwoFilesThatFitOneByOneOnlyOneIsEntered") {
  Crowded c;
  std::string limit = "mirror.held allows";
  SECTION("of all mirrors") { c.parts.room.held_bytes = 1'500'000; }
  SECTION("of one origin") {
    c.parts.room.held_origin_bytes = 1'500'000;
    limit = "mirror.held_per_origin allows";
  }
  c.AskForSecondMeanwhile();
  const auto status = c.Ask(c.first, c.at_one);
  MUST_FAIL(status, Errc::TooLarge);
  CHECK(status.error().message().find(limit) != std::string::npos);
  REQUIRE(c.of_second.has_value());
  MUST(c.of_second->outcome);
  CHECK(c.Holds(c.second));
  CHECK_FALSE(c.Holds(c.first));
  c.parts.room = {};
  MUST(c.Ask(c.first, c.at_one));  // what came of it is here
  CHECK(c.Holds(c.first));
}

TEST_CASE("AMirrorIsEnteredOnlyWithinTheRoomThatIsLeftInTheEnd") {
  Crowded c;
  c.publisher.CommitFile("third.bin", Noise(900'000, 3));
  c.Select({{"third.bin"}, {}, History::Heads, Others::OnDemand});
  c.parts.room.held_bytes = 1'500'000;
  c.AskForSecondMeanwhile();
  MUST_FAIL(RepositoryMirror(c.parts).Run(c.card, c.at_one).outcome, Errc::TooLarge);
  CHECK(c.follower.Problem(c.card).find("mirror.held allows") != std::string::npos);
  REQUIRE(c.of_second.has_value());
  MUST(c.of_second->outcome);
  CHECK(c.follower.Files() == ".gitattributes first.bin second.bin");  // as before
  c.parts.room.held_bytes = 2'500'000;
  CHECK(MUST(RepositoryMirror(c.parts).Run(c.card, c.at_one).outcome) == MirrorOutcome::Mirrored);
  CHECK(c.Holds(c.Entry("third.bin")));
}

TEST_CASE("WhatIsUnderWayCountsBeforeMoreIsFetched") {
  Crowded c;
  MirrorRoom room;
  c.parts.shared_room = &room;
  c.parts.room.held_bytes = 1'500'000;
  c.AskForSecondMeanwhile();
  MUST(c.Ask(c.first, c.at_one));
  REQUIRE(c.of_second.has_value());
  MUST_FAIL(c.of_second->outcome, Errc::Unavailable);
  CHECK(c.of_second->is_put_off);
  CHECK(c.two.data_sent == 0);
  CHECK(c.Holds(c.first));
  CHECK_FALSE(c.Holds(c.second));
  const auto alone = FetchDemanded(c.parts, c.repository, c.second, c.at_two);
  MUST_FAIL(alone.outcome, Errc::TooLarge);  // by now the first is held
  CHECK_FALSE(alone.is_put_off);
}

TEST_CASE("AMirrorThatOthersLeaveNoRoomIsPutOffAndDoesNotFail") {
  Crowded c;
  MirrorRoom room;
  c.parts.shared_room = &room;
  c.parts.room.held_bytes = 1'500'000;
  c.publisher.CommitFile("third.bin", Noise(900'000, 3));
  c.Select({{"third.bin"}, {}, History::Heads, Others::OnDemand});
  {
    MirrorRoom::Share claims(&room);
    {
      auto lease = MUST(c.follower.database->Read());
      MUST(claims.Take(*lease, c.parts.room, 77, 1'000'000));
    }
    const auto sent = c.one.data_sent;
    for (int i = 0; i < 3; ++i) {  // its pause does not grow
      c.follower.clock.Advance(1'000);
      const auto report = RepositoryMirror(c.parts).Run(c.card, c.at_one);
      MUST_FAIL(report.outcome, Errc::Unavailable);
      CHECK(report.is_put_off);
      CHECK(c.follower.Count("SELECT failures FROM mirror WHERE tried_ms = " +
                             std::to_string(c.follower.clock.NowMs())) == 1);
    }
    CHECK(c.follower.Problem(c.card).find("of other mirrors") != std::string::npos);
    CHECK(c.one.data_sent == sent);
  }
  CHECK(MUST(RepositoryMirror(c.parts).Run(c.card, c.at_one).outcome) == MirrorOutcome::Mirrored);
  CHECK(c.follower.Count("SELECT failures FROM mirror") == 0);
}

TEST_CASE("ASharesBytesAreFreeAtItsEnd") {
  Crowded c;
  MirrorRoom room;
  FetchLimits limits;
  limits.held_bytes = 1'000'000;
  auto lease = MUST(c.follower.database->Read());
  const auto take = [&](MirrorRoom::Share& share, std::int64_t origin, std::uint64_t bytes) {
    return share.Take(*lease, limits, origin, bytes);
  };
  MirrorRoom::Share other(&room);
  {
    MirrorRoom::Share share(&room);
    MUST(take(share, 1, 600'000));
    MUST_FAIL(take(other, 2, 600'000), Errc::Unavailable);
    MUST_FAIL(take(other, 2, 1'000'001), Errc::TooLarge);  // alone, too
    limits = {};
    limits.held_origin_bytes = 1'000'000;  // of each by itself
    MUST_FAIL(take(other, 1, 600'000), Errc::Unavailable);
    MirrorRoom::Share third(&room);
    MUST(take(third, 2, 600'000));
    limits = {};
    limits.held_bytes = 1'000'000;
  }
  MUST(take(other, 2, 600'000));
}

TEST_CASE("Attack06SizesBeyondAllMeasureFitNowhere") {
  Crowded c;
  GitRebuild::Blobs blobs;  // of 2^63 bytes each, which are none together
  for (const auto i : {std::uint8_t{1}, std::uint8_t{2}}) {
    auto entry = c.first;
    entry.size_bytes = std::uint64_t{1} << 63;
    entry.sha256 = HashSha256(Bytes(1, i));
    entry.oid = GitOid::FromRaw(Bytes(GitOid::kSize, i));
    blobs.emplace(entry.oid, entry);
  }
  auto lease = MUST(c.follower.database->Read());
  const auto growth = MUST(CountGrowth(*lease, c.repository, blobs));
  FetchLimits limits;
  limits.held_bytes = std::uint64_t{1} << 50;
  MUST_FAIL(RequireMirrorRoom(*lease, limits, 1, {growth, growth}), Errc::TooLarge);
}
