#include "federation/mirror/repository_mirror.h"

#include "tests/federation/mirror/mirror_pair.h"

using namespace banyan;
using namespace banyan::federation;
using namespace banyan::federation::testing;
using banyan::tests::Noise;
using storage::kModeExecutable;
using storage::kModeSymlink;

TEST_CASE("AWholeRepositoryIsMirroredBitForBit") {
  MirrorPair p;
  auto& f = p.publisher;
  f.CommitFirst();
  f.CommitFile("weights.bin", Noise(3'000'000, 1));
  f.Push("main", {{"run.sh", "#!/bin/sh\n", kModeExecutable},
                  {"link", "weights.bin", kModeSymlink},
                  {"docs/Readme.md", "one"},
                  {"docs/README.md", "two"},
                  {"empty", ""}});
  f.Push("main", {{"vendored", std::string(40, 'a'), storage::kModeSubmodule}});
  const auto old = f.Push("main", {{"docs/Readme.md", std::nullopt}, {"docs/deep/a", "1"}});
  const auto side = f.Push("side", {{"side.txt", "s"}}, std::vector<GitOid>{old});
  f.Tag("v1", "side", "an annotated tag");
  f.Tag("light", "main", "");
  const auto main = f.Push("main", {{"docs/deep/a", std::nullopt}, {"docs/deep", "a file now"}});
  f.Push("main", {{"side.txt", "s"}}, std::vector<GitOid>{main, side});
  f.Push("main", {{"docs/deep", std::nullopt}, {"docs/deep/b", "a folder again"}});
  const auto report = p.Mirror();
  CHECK(report.lies.empty());
  CHECK(report.fetched_files == report.files);
  CHECK(report.fetched_bytes > 3'000'000);
  const auto repository = p.follower.Mirrored(1);
  CHECK(repository.id.Path() == "Lab/name");
  CHECK_FALSE(repository.is_private);
  CHECK(repository.origin != 0);
  CHECK(p.follower.ReadText("docs/README.md") == "two");
  CHECK(MUST(p.Run({&p.one}).outcome) == MirrorOutcome::UpToDate);
}

TEST_CASE("AnEmptyRepositoryIsMirrored") {
  MirrorPair p;
  p.Mirror();
  CHECK_FALSE(p.follower.Mirrored(1).head.has_value());
  p.publisher.CommitText("a", "1");
  p.Mirror();
  CHECK(p.follower.ReadText("a") == "1");
}

TEST_CASE("AnUpdateFetchesOnlyWhatChanged") {
  MirrorPair p;
  Bytes weights = Noise(20'000'000, 1);
  p.publisher.CommitFile("weights.bin", weights);
  p.publisher.CommitFile("other.bin", Noise(1'000'000, 2));
  p.Mirror();
  CHECK(p.one.data_sent > 21'000'000);
  p.one.data_sent = 0;
  p.one.objects_sent = 0;
  for (std::size_t i = 0; i < 200'000; ++i) weights[10'000'000 + i] ^= 0x5a;
  p.publisher.CommitFile("weights.bin", weights);
  const auto report = p.Mirror();
  CHECK(report.fetched_files == 1);
  CHECK(p.one.data_sent < 600'000);  // the chunks that changed, and a table
  CHECK(report.reused_bytes >= 1'000'000);
  CHECK(p.one.objects_sent < 8);
}

TEST_CASE("WhatIsPublicHereIsNotFetched") {
  MirrorPair p;
  const Bytes weights = Noise(2'000'000, 1);
  p.publisher.CommitFile("weights.bin", weights);
  p.follower.StoreFixture::Commit(p.follower.repository, weights);  // of a repository of its own
  const auto report = p.Mirror();
  CHECK(report.fetched_files == 1);  // .gitattributes
  CHECK(p.one.data_sent < 1000);
}

TEST_CASE("NothingIsSeenBeforeAllIsVerified") {
  MirrorPair p;
  const std::string seen = "SELECT count(*) FROM repository WHERE private = 0 AND origin > 0";
  const std::string heads =
      "SELECT count(*) FROM ref JOIN repository r ON r.id = repository "
      "WHERE r.origin > 0";
  int asked = 0;
  p.one.before_data = [&] {
    ++asked;
    CHECK(p.follower.Count(seen) == 0);
    CHECK(p.follower.Count(heads) == 0);
    CHECK(p.follower.Count("SELECT count(repository) FROM repository_card") == 0);
  };
  p.publisher.CommitFile("a.bin", Noise(100'000, 1));
  p.Mirror();
  CHECK(asked > 0);
  const auto before = p.follower.Resolve("main").commit;
  asked = 0;
  p.one.before_data = [&] {
    ++asked;
    CHECK(p.follower.Resolve("main").commit == before);
    CHECK(p.follower.Files() == ".gitattributes a.bin");
  };
  p.publisher.CommitFile("b.bin", Noise(100'000, 2));
  p.Mirror();
  CHECK(asked > 0);
  CHECK(p.follower.Resolve("main").commit != before);
}

TEST_CASE("AForcedPushIsFollowed") {
  MirrorPair p;
  auto& f = p.publisher;
  const auto first = f.Push("main", {{"a", "1"}});
  const auto second = f.Push("main", {{"a", "2"}, {"gone", "x"}});
  f.Push("side", {{"s", "1"}}, std::vector<GitOid>{second});
  p.Mirror();
  // Another history, a branch where a folder of branches was, and a commit that was in the past.
  f.Push("main", {{"a", "3"}}, std::vector<GitOid>{first});
  MUST(storage::DeleteBranch(*f.database, f.repository, "side", f.Options()));
  MUST(storage::CreateBranch(*f.database, f.repository, {"side/one", "main", false}, f.Options()));
  p.Mirror();
  CHECK(p.follower.ReadText("a") == "3");
  MUST(storage::MoveRef(*f.database, f.repository, {"main", first.ToString(), {}}, f.Options()));
  p.Mirror();
  CHECK(p.follower.ReadText("a") == "1");  // held by no head before
  MUST(storage::SquashBranch(*f.database, *f.store, f.repository,
                             {"main", {"Ada", "ada@example.org"}, "squashed", f.now_ms},
                             f.Options()));
  p.Mirror();
}

TEST_CASE("ARenamedRepositoryAnswersToBothNames") {
  MirrorPair p;
  p.publisher.CommitText("a", "1");
  p.Mirror();
  const auto before = p.follower.Mirrored(1);
  MUST(p.publisher.Execute("UPDATE repository SET name = 'new', folded = 'new'"));
  p.Mirror();
  auto lease = MUST(p.follower.database->Read());
  auto found = MUST(storage::FindRepository(*lease, {before.id.kind, "Lab", "new"}));
  CHECK(found.repository.row == before.row);
  found = MUST(storage::FindRepository(*lease, before.id));
  CHECK(found.match == storage::NameMatch::OldName);
  CHECK(found.repository.row == before.row);
}

TEST_CASE("TheDefaultBranchIsTheOrigins") {
  MirrorPair p;
  auto& f = p.publisher;
  f.CommitText("a", "1");
  p.Mirror();
  f.Push("trunk", {{"t", "2"}});
  MUST(f.database->Write([&](storage::Connection& c) {
    return c.Execute(
        "UPDATE repository SET default_branch = 'trunk', head = "
        "(SELECT target FROM ref WHERE name = 'refs/heads/trunk'), head_files = 1");
  }));
  p.Mirror();
  const auto repository = p.follower.Mirrored(1);
  CHECK(repository.default_branch == "trunk");
  CHECK(repository.head == p.follower.Resolve("trunk").commit);
  CHECK(repository.head_files == 1);
}

TEST_CASE("AGatedRepositoryIsMirroredWithoutItsFiles") {
  MirrorPair p;
  auto& f = p.publisher;
  f.CommitFile("a.bin", Noise(100'000, 1));
  MUST(f.Execute("UPDATE repository SET gated = 1"));
  auto report = p.Run({&p.one});
  CHECK(MUST(report.outcome) == MirrorOutcome::Mirrored);
  CHECK(p.one.data_sent == 0);
  CHECK(p.follower.Mirrored(1).gating == storage::Gating::Manual);
  CHECK(p.follower.Files() == ".gitattributes a.bin");
  const auto head = p.follower.Resolve("main");
  p.follower.Read([&](storage::History& history) {
    CHECK_FALSE(MUST(history.ReadSmallFile(head, ".gitattributes", 10'000)).has_value());
  });
  MUST(f.Execute("UPDATE repository SET gated = 0"));
  p.Mirror();  // with files
  CHECK(p.follower.Mirrored(1).gating == storage::Gating::No);
  MUST(f.Execute("UPDATE repository SET gated = 2"));
  CHECK(MUST(p.Run({&p.one}).outcome) == MirrorOutcome::Mirrored);
  CHECK(p.follower.Count("SELECT count(*) FROM file WHERE public_references > 0") == 0);
}

TEST_CASE("AWithdrawnRepositoryStaysAsItIs") {
  MirrorPair p;
  const auto commit = p.publisher.CommitText("a", "1");
  p.Mirror();
  MUST(p.publisher.Execute("UPDATE repository SET private = 1"));
  CHECK(MUST(p.Run({&p.one}).outcome) == MirrorOutcome::NoContent);
  CHECK(p.follower.Resolve("main").commit == commit);
}

TEST_CASE("ANewerCardTakesOver") {
  MirrorPair p;
  p.publisher.CommitFile("a.bin", Noise(100'000, 1));
  const auto card = p.Follow();
  p.one.before_data = [&] {
    p.one.before_data = nullptr;
    p.publisher.CommitText("b", "2");
    p.publisher.WriteCards();
    p.follower.Follow(p.publisher);
  };
  MUST_FAIL(p.follower.Run(card, {&p.one}).outcome, Errc::Conflict);
  CHECK(p.follower.Problem(card).empty());
  CHECK(p.follower.Count("SELECT failures FROM mirror") == 0);
  p.one.data_sent = 0;
  CHECK(MUST(p.follower.Run(card, {&p.one}).outcome) == MirrorOutcome::Mirrored);
  CHECK(p.one.data_sent < 1000);  // the rest was kept
  RequireSame(p.publisher, p.follower, card);
}

TEST_CASE("WhatFailsOfACardThatIsTheLatestNoMoreIsNotCounted") {
  MirrorPair p;
  p.publisher.CommitFile("a.bin", Noise(100'000, 1));
  const auto card = p.Follow();
  p.one.before_data = [&] {
    p.publisher.CommitText("b", "2");
    p.publisher.WriteCards();
    p.follower.Follow(p.publisher);
    p.one.before_data = nullptr;
    p.one.is_down = true;
  };
  p.one.data_budget = 1000;
  MUST_FAIL(p.follower.Run(card, {&p.one}).outcome, Errc::Conflict);
  CHECK(p.follower.Problem(card).empty());
  CHECK(p.follower.Count("SELECT failures FROM mirror") == 0);
  CHECK_FALSE(p.follower.Run(card, {&p.one}).outcome);
  CHECK(p.follower.Count("SELECT failures FROM mirror") == 1);
}

TEST_CASE("AThirdNodeMirrorsFromTheMirrorAlone") {
  MirrorPair p;
  auto& f = p.publisher;
  f.CommitFile("weights.bin", Noise(500'000, 1));
  f.Push("main", {{"a", "1"}, {"A", "2"}});
  f.Push("main", {{"a", std::nullopt}});
  f.Tag("v1", "main", "annotated");
  p.Mirror();
  f.CommitText("b", "3");
  p.Mirror();
  Follower third;
  StorePeer mirror("https://mirror", p.follower);
  const auto card = third.Follow(f);
  CHECK(MUST(third.Run(card, {&mirror}).outcome) == MirrorOutcome::Mirrored);
  RequireSame(f, third, card);
}

TEST_CASE("AMeasureFetchesNoContent") {
  MirrorPair p;
  p.publisher.CommitFile("a.bin", Noise(400'000, 1));
  p.publisher.Push("main", {{"b", "1"}, {"c", "1"}});
  const auto card = p.Follow();
  std::vector<PeerSource*> peers = {&p.one};
  auto measure = MUST(RepositoryMirror(p.follower.Parts()).Measure(card, peers));
  CHECK(measure.files == 3);  // two files are one content
  CHECK(measure.missing_files == 3);
  CHECK(measure.missing_bytes == measure.bytes);
  CHECK(measure.bytes > 400'000);
  CHECK(p.one.data_sent == 0);
  CHECK(p.follower.Count("SELECT count(*) FROM repository WHERE origin > 0") == 0);
  p.Mirror();
  p.publisher.CommitText("b", "22");
  measure = MUST(RepositoryMirror(p.follower.Parts()).Measure(p.Follow(), peers));
  CHECK(measure.missing_files == 1);
  CHECK(measure.missing_bytes == 2);
}
