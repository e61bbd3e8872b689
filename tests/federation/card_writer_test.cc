#include "federation/card_meta.h"
#include "federation/commit_tree.h"
#include "federation/format/canonical_json.h"
#include "federation/format/opening.h"
#include "storage/history/history_sweep.h"
#include "storage/history/ref_list.h"
#include "tests/federation/log_fixture.h"

using namespace banyan;
using namespace banyan::federation;
using namespace banyan::federation::testing;

namespace {

Json Parsed(ByteView entry) { return MUST(ParseCanonical(entry)); }

}  // namespace

TEST_CASE("TheLogBeginsWithItsGenesis") {
  LogFixture f;
  const auto entries = f.Entries();
  REQUIRE(entries.size() == 1);
  const auto genesis = MUST(Genesis::Parse(Parsed(entries[0])));
  CHECK(genesis.node() == f.origin.node);
  CHECK(genesis.epoch.keys == f.origin.keys.public_keys());
  CHECK(f.Origin(1).node == f.origin.node);  // the same at the next start
  MUST_FAIL(f.TryOrigin(3), Errc::Conflict);
  CHECK(f.Entries().size() == 1);
}

TEST_CASE("ACardStatesTheRepository") {
  LogFixture f;
  f.CommitFirst();
  const auto commit = f.CommitText("a.txt", "one");
  CHECK(f.WriteCards().written == 1);
  const auto row = f.LastCard();
  const Card& card = row.card;
  CHECK(card.number == 1);
  CHECK_FALSE(card.repository.has_value());
  CHECK(row.key.bytes()[0] == row.leaf.bytes()[0]);
  REQUIRE(card.content.has_value());
  CHECK(card.content->head == commit);
  CHECK(card.content->manifest == f.Resolve("main").manifest);
  CHECK(card.content->files == f.Resolve("main").files);
  CHECK(card.content->licence == "NONE");
  REQUIRE(card.meta.has_value());
  CHECK(HashSha256(row.meta) == *card.meta);
  const auto meta = MUST(OpenMeta(row.meta));
  CHECK(meta["namespace"] == "owner");
  CHECK(meta["name"] == "name");
  // No name in what can never be forgotten.
  for (const auto& entry : f.Entries()) CHECK(AsText(entry).find("owner") == std::string::npos);
}

TEST_CASE("OneCardAMinuteForContent") {
  LogFixture f;
  f.CommitText("a.txt", "one");
  CHECK(f.WriteCards().written == 1);
  f.CommitText("a.txt", "two");
  f.Describe();
  auto report = MUST(f.writer.WriteDue());
  CHECK(report.written == 0);
  CHECK(report.waiting == 1);
  const auto last = f.CommitText("a.txt", "three");
  CHECK(f.WriteCards().written == 1);
  const auto row = f.LastCard();
  CHECK(row.card.number == 2);
  CHECK(row.card.repository == row.key);
  CHECK(row.card.content->head == last);
  CHECK(f.WriteCards().written == 0);  // nothing is due
  CHECK(f.Entries().size() == 3);
}

TEST_CASE("LicenceAndAccessDoNotWait") {
  LogFixture f;
  f.CommitText("a.txt", "one");
  f.WriteCards();
  MUST(f.Execute("UPDATE repository SET licence = 'MIT'"));
  CHECK(MUST(f.writer.WriteDue()).written == 1);
  CHECK(f.LastCard().card.content->licence == "MIT");
  MUST(f.Execute("UPDATE repository SET gated = 1"));
  CHECK(MUST(f.writer.WriteDue()).written == 1);
  CHECK(f.LastCard().card.access == CardAccess::Attest);
}

TEST_CASE("AHeadThatIsNotDescribedWaits") {
  LogFixture f;
  f.CommitText("a.txt", "one");
  f.clock.Advance(kCardPauseMs);
  const auto report = MUST(f.writer.WriteDue());
  CHECK(report.written == 0);
  CHECK(report.waiting == 1);
}

TEST_CASE("PrivateRepositoriesNeverEnterTheLog") {
  LogFixture f(/*is_private=*/true);
  f.CommitText("a.txt", "one");
  CHECK(f.WriteCards().written == 0);
  CHECK(f.Entries().size() == 1);
}

TEST_CASE("GoingPrivateIsOneBareCard") {
  LogFixture f;
  f.CommitText("a.txt", "one");
  f.WriteCards();
  MUST(f.Execute("UPDATE repository SET private = 1"));
  CHECK(MUST(f.writer.WriteDue()).written == 1);
  auto row = f.LastCard();
  CHECK(row.card.standing.status == storage::StandingStatus::Withdrawn);
  CHECK_FALSE(row.card.content.has_value());
  CHECK_FALSE(row.card.meta.has_value());
  CHECK(row.meta.empty());
  f.CommitText("a.txt", "secret");
  CHECK(f.WriteCards().written == 0);
  MUST(f.Execute("UPDATE repository SET private = 0"));
  CHECK(MUST(f.writer.WriteDue()).written == 1);
  row = f.LastCard();
  CHECK(row.card.standing.status == storage::StandingStatus::Live);
  CHECK(row.card.number == 3);
}

TEST_CASE("ADeletedRepositoryIsWithdrawn") {
  LogFixture f;
  f.CommitText("a.txt", "one");
  f.WriteCards();
  const auto key = f.LastCard().key;
  MUST(f.database->Write(
      [&](storage::Connection& c) { return storage::DeleteRepository(c, f.repository); }));
  CHECK(MUST(f.writer.WriteDue()).written == 1);
  CHECK(f.LastCard().card.standing.status == storage::StandingStatus::Withdrawn);
  CHECK(f.LastCard().card.repository == key);
  CHECK(f.LastCard().meta.empty());
  CHECK(f.WriteCards().written == 0);
}

TEST_CASE("NothingIsSignedWithAClockThatIsWrongAttack18") {
  LogFixture f;
  f.CommitText("a.txt", "one");
  f.WriteCards();
  f.CommitText("a.txt", "two");
  f.clock.JumpTo(f.clock.NowMs() - std::int64_t{3} * 24 * 3600 * 1000);
  f.Describe();
  MUST_FAIL(f.writer.WriteDue(), Errc::Unavailable);
  CHECK(f.Entries().size() == 2);
  f.clock.JumpTo(FakeClock::kStartMs + std::int64_t{9} * 24 * 3600 * 1000);
  CHECK(MUST(f.writer.WriteDue()).written == 1);
}

TEST_CASE("NoMetadataStopsTheNode") {
  LogFixture f;
  f.CommitText("a.txt", "one");
  Json names = Json::array();
  for (int i = 0; i < 2000; ++i) names.push_back(std::string(90, 'x') + "/" + std::to_string(i));
  const std::string much(70'000, 'y');
  const Json metadata = {
      {"title", much},     {"languages", {much, "en"}}, {"base_models", names},
      {"datasets", names}, {"tags", {1, much, names}},  {"licence_files", {{{"a", 1}}}}};
  MUST(f.database->Write([&](storage::Connection& c) -> Status {
    TRY(c.Execute("UPDATE repository_document SET metadata = ?", DumpJson(metadata)));
    return c.Execute("UPDATE repository SET parameters = ?, licence = ?, default_branch = ?",
                     std::int64_t{1} << 62, "licence\xc3\xa9 of \x01 mine", "br\xc3\xa4nch");
  }));
  CHECK(f.WriteCards().written == 1);
  const auto row = f.LastCard();
  CHECK(row.card.content->licence == "NOASSERTION");
  CHECK(row.meta.size() <= kMaxMetaBytes);
  const auto meta = MUST(OpenMeta(row.meta));
  CHECK(meta["languages"] == Json{"en"});
  CHECK_FALSE(meta.contains("parameters"));
  CHECK(row.card.parents.empty());  // names have no place in the log
}

TEST_CASE("WhoMayReadIsStatedEvenWhileAHeadIsNotDescribed") {
  LogFixture f;
  f.CommitText("a.txt", "one");
  f.WriteCards();
  f.CommitText("b.txt", "two");
  MUST(f.Execute("UPDATE repository SET gated = 2"));
  CHECK(MUST(f.writer.WriteDue()).written == 1);
  CHECK(f.LastCard().card.access == CardAccess::Attest);
  CHECK(f.LastCard().card.content->files == 1);
  CHECK(f.WriteCards().written == 1);  // the new head, once it is described
  CHECK(f.LastCard().card.content->files == 2);
}

TEST_CASE("OneBrokenHistoryHoldsUpNobodyElse") {
  LogFixture f;
  const auto lost = f.CommitText("a.txt", "one");
  const auto broken = f.repository;
  f.repository = f.AddRepository("other", false);
  f.CommitText("b.txt", "two");
  MUST(f.database->Write([&](storage::Connection& c) {
    return c.Execute("DELETE FROM git_object WHERE oid = ?", lost);
  }));
  f.Describe();
  MUST_FAIL(f.writer.WriteDue(), Errc::NotFound);
  CHECK(f.LastCard().card.number == 1);  // of the other
  f.repository = broken;
  auto lease = MUST(f.database->Read());
  CHECK(MUST(ListDue(*lease)) == std::vector<std::int64_t>{broken});
  CHECK(MUST(f.writer.WriteDue()).written == 0);  // set aside, so that it costs nothing
  f.clock.Advance(11 * 60'000);
  MUST_FAIL(f.writer.WriteDue(), Errc::NotFound);
}

TEST_CASE("TheCommitTreeHasEveryCommitAndTag") {
  LogFixture f;
  const auto first = f.CommitText("a.txt", "one");
  const auto second = f.CommitText("a.txt", "two");
  MUST(storage::CreateTag(*f.database, *f.store, f.repository,
                          {"v1", "main", "a tag", {"Ada", "ada@example.org"}, f.now_ms},
                          f.Options()));
  f.WriteCards();
  const auto content = *f.LastCard().card.content;
  f.Read([&](storage::History& history) {
    auto& nodes = history.nodes();
    CHECK(MUST(storage::CountItems(nodes, content.commits)) == 3);
    CHECK(MUST(storage::CountItems(nodes, content.refs)) == 2);
    for (const auto& oid : {first, second}) {
      const auto value = MUST(storage::FindInTree(nodes, content.commits, AsText(oid.bytes())));
      REQUIRE(value.has_value());
      const auto entry = MUST(ParseCommitTreeEntry(*value));
      CHECK(entry.body == HashSha256(MUST(history.objects().Read(oid)).data));
      CHECK(entry.manifest == f.Resolve(oid.ToString()).manifest);
      CHECK(EncodeCommitTreeEntry(entry) == *value);
    }
  });
}

TEST_CASE("WhatTheLatestCardNamesIsNotSwept") {
  LogFixture f;
  f.CommitText("a.txt", "one");
  f.WriteCards();
  const auto content = *f.LastCard().card.content;
  f.CommitText("a.txt", "two");  // the card lags behind the refs
  MUST(f.database->Write([&](storage::Connection& c) -> Status {
    storage::HistoryMark mark;
    TRY(storage::SweepHistory(c, mark, {f.now_ms, 0}));
    return Ok();
  }));
  f.Read([&](storage::History& history) {
    CHECK(MUST(storage::CountItems(history.nodes(), content.commits)) == 1);
    CHECK(MUST(storage::CountItems(history.nodes(), content.refs)) == 1);
  });
}

TEST_CASE("CommitTreeEntriesHaveOneFormAttack16") {
  CommitTreeEntry commit{storage::GitObjectType::Commit, HashSha256({}), HashSha256({})};
  CommitTreeEntry tag{storage::GitObjectType::Tag, HashSha256({}), {}};
  for (const auto& entry : {commit, tag}) {
    const auto value = EncodeCommitTreeEntry(entry);
    CHECK(MUST(ParseCommitTreeEntry(value)) == entry);
    MUST_FAIL(ParseCommitTreeEntry(value + "x"), Errc::Corrupt);
    MUST_FAIL(ParseCommitTreeEntry(value.substr(1)), Errc::Corrupt);
  }
  MUST_FAIL(ParseCommitTreeEntry(""), Errc::Corrupt);
  MUST_FAIL(ParseCommitTreeEntry(std::string(65, '\2')), Errc::Corrupt);
}
