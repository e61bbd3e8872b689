#include "federation/answers.h"

#include "federation/due_deletion.h"
#include "federation/receipts.h"
#include "storage/catalog/authorisation.h"
#include "storage/catalog/repository_search.h"
#include "storage/history/readable_content.h"
#include "tests/federation/log_fixture.h"
#include "tests/federation/mirror/mirror_pair.h"
#include "tests/support/catalog_makers.h"

using namespace banyan;
using namespace banyan::federation;
using namespace banyan::federation::testing;
using storage::Answer;
using storage::Connection;
using storage::StandingReason;
using storage::StandingStatus;

namespace {

constexpr std::int64_t kDayMs = 24 * 3'600'000;

storage::Standing Removed(StandingReason reason) { return {StandingStatus::Removed, reason, {}}; }

// A mirror whose origin states something of its one repository.
struct Taken : MirrorPair {
  OwnOrigin own = MUST(OpenOwnOrigin(
      *follower.database, KeysOf(5), [] { return Result(KeysOf(6).public_keys().Commitment()); },
      follower.random));
  Policy policy;
  std::int64_t now_ms = 1'800'000'000'000;

  std::int64_t card = 0;

  Taken() {
    publisher.CommitText("a.txt", "one");
    card = Follow();
    Bring();
  }
  void Bring() { REQUIRE(follower.Run(card, {&one}).outcome.has_value()); }

  Status State(const storage::Standing& standing) {
    const auto status = static_cast<int>(standing.status);
    return Write([&](Connection& c) {
      return c.Execute("UPDATE repository_card SET status = ?, reason = ? WHERE id = ?", status,
                       storage::ReasonColumn(standing), card);
    });
  }
  Status Write(const std::function<Status(Connection&)>& change) {
    return follower.database->Write(change);
  }
  void Answer() {
    MUST(Write([&](Connection& c) { return ApplyPolicy(c, policy, now_ms); }));
  }
  void Answer(const storage::Standing& standing) {
    MUST(State(standing));
    Answer();
  }
  std::int64_t DeleteOne() {
    std::int64_t deleted = 0;
    MUST(Write([&](Connection& c) -> Status {
      deleted = TRY(DeleteOneDue(c, policy, now_ms));
      return Ok();
    }));
    return deleted;
  }
  storage::Repository Repository() { return follower.Mirrored(card); }
  std::size_t WriteReceipts() {
    return MUST(federation::WriteReceipts(*follower.database, own.log, policy, now_ms));
  }
  std::vector<Receipt> Receipts() {
    auto lease = MUST(follower.database->Read());
    return MUST(ListReceipts(*lease, publisher.LastCard().key));
  }
  std::size_t Listed() {
    auto lease = MUST(follower.database->Read());
    return MUST(storage::SearchRepositories(*lease, {}, {})).items.size() - 1;  // but its own
  }
  Errc Reading() {
    auto lease = MUST(follower.database->Read());
    const auto found =
        storage::FindRepositoryFor(*lease, {}, storage::Access::Files, Repository().id);
    return found ? Errc::Cancelled : found.error().code();
  }
  std::int64_t PublicFiles() {
    return follower.Count("SELECT count(*) FROM file WHERE public_references > 0");
  }
};

constexpr Errc kReadable = Errc::Cancelled;  // what Reading gives without an error

}  // namespace

TEST_CASE("ATakedownWithholdsFilesAndKeepsTheName") {
  Taken f;
  REQUIRE(f.Reading() == kReadable);
  REQUIRE(f.PublicFiles() > 0);
  f.Answer(Removed(StandingReason::Court));
  CHECK(f.Reading() == Errc::Withheld);
  CHECK(f.Listed() == 1);  // as disabled
  CHECK(f.PublicFiles() == 0);
  CHECK(f.Repository().answered.delete_ms == f.now_ms + 30 * kDayMs);
  f.Answer({});  // taken back
  CHECK(f.Reading() == kReadable);
  CHECK(f.PublicFiles() > 0);
  CHECK_FALSE(f.Repository().answered.delete_ms);
}

TEST_CASE("WhatItsAuthorTakesBackIsHidden") {
  Taken f;
  f.Answer({StandingStatus::Withdrawn, StandingReason::Author, {}});
  CHECK(f.Reading() == kReadable);
  CHECK(f.Listed() == 0);
  f.Answer({});
  CHECK(f.Listed() == 1);
}

TEST_CASE("AnArchiveIsNeitherListedNorServed") {
  Taken f;
  f.policy.answers = {{{}, "", {}, {StandingReason::Court}, {}, {Action::Archive, 0}}};
  f.Answer(Removed(StandingReason::Court));
  CHECK(f.Reading() == Errc::Withheld);
  CHECK(f.Listed() == 0);
  CHECK_FALSE(f.Repository().answered.delete_ms);
}

TEST_CASE("ByHashWhatIsWithheldIsAsAbsent") {
  Taken f;
  auto lease = MUST(f.follower.database->Read());
  std::vector<FileHash> hashes;
  {
    auto rows = lease->Query("SELECT hash FROM file WHERE public_references > 0");
    while (rows.Next()) hashes.push_back(rows.DigestAt<FileHash>(0));
  }
  REQUIRE_FALSE(hashes.empty());
  for (const auto& hash : hashes) MUST(storage::FindReadableFile(*lease, {}, hash));
  f.Answer(Removed(StandingReason::Court));
  for (const auto& hash : hashes) {
    MUST_FAIL(storage::FindReadableFile(*lease, {}, hash), Errc::NotFound);
  }
}

TEST_CASE("EachAnswerIsOneReceiptInTheOwnLog") {
  Taken f;
  f.Answer();
  CHECK(f.WriteReceipts() == 0);
  f.Answer(Removed(StandingReason::Court));
  f.Answer();
  CHECK(f.WriteReceipts() == 1);
  CHECK(f.WriteReceipts() == 0);
  f.now_ms += 1000;
  f.Answer({});
  CHECK(f.WriteReceipts() == 1);
  const auto receipts = f.Receipts();
  REQUIRE(receipts.size() == 2);
  CHECK(receipts[0].node == f.own.node);
  CHECK(receipts[0].action == Action::Stop);
  CHECK(receipts[0].reason == StandingReason::Court);
  CHECK(receipts[1].action == Action::Keep);
  CHECK(receipts[1].time_s == receipts[0].time_s + 1);
}

TEST_CASE("OfWhatANodeSaysAgainAndAgainTheLastIsShownAttack11") {
  Taken f;
  f.Answer(Removed(StandingReason::Court));
  CHECK(f.WriteReceipts() == 1);
  MUST(f.Write([&](Connection& c) {
    return c.Execute(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 150) "
        "INSERT INTO block_entry SELECT what, origin, epoch, position + i, action, reason, "
        "time_s + i FROM block_entry, n");
  }));
  const auto receipts = f.Receipts();
  REQUIRE(receipts.size() == 100);
  CHECK(receipts.back().time_s == receipts.front().time_s + 99);
  CHECK(receipts.back().time_s == f.now_ms / 1000 + 150);
}

TEST_CASE("APolicyMayKeepReceiptsToItself") {
  Taken f;
  SECTION("all of them") { f.policy.publishes_receipts = false; }
  SECTION("of a reason") { f.policy.unpublished = {StandingReason::Court}; }
  f.Answer(Removed(StandingReason::Court));
  CHECK(f.WriteReceipts() == 0);
  f.Answer({});
  CHECK(f.WriteReceipts() == 0);  // nor that it is over
  CHECK(f.Receipts().empty());
}

TEST_CASE("WhatIsDueIsDeletedOnItsDayAndSaidSo") {
  Taken f;
  f.policy.brake = {0, 100};
  f.Answer(Removed(StandingReason::Court));
  f.WriteReceipts();
  const auto row = f.Repository().row;
  f.now_ms += 30 * kDayMs - 1;
  CHECK(f.DeleteOne() == 0);
  f.Answer();  // does not begin the days anew
  f.now_ms += 1;
  CHECK(f.DeleteOne() == row);
  CHECK(f.DeleteOne() == 0);
  CHECK(f.follower.Count("SELECT count(*) FROM repository WHERE origin IS NOT NULL") == 0);
  CHECK(f.WriteReceipts() == 1);
  CHECK(f.Receipts().back().action == Action::Delete);
  // Its files are collected like any others that nobody holds.
  CHECK(f.follower.Count("SELECT count(*) FROM file WHERE unreferenced_ms IS NULL AND id IN "
                         "(SELECT file FROM repository_file)") == 0);
}

TEST_CASE("WhatComesBackAfterItsDeletionIsMirroredAndSaidSo") {
  Taken f;
  f.policy.brake = {0, 100};
  f.Answer(Removed(StandingReason::Court));
  f.now_ms += 31 * kDayMs;
  REQUIRE(f.DeleteOne() != 0);
  f.WriteReceipts();
  MUST(f.State({}));
  f.Bring();
  f.Answer();
  CHECK(f.Reading() == kReadable);
  CHECK(f.WriteReceipts() == 1);
  CHECK(f.Receipts().back().action == Action::Keep);
}

TEST_CASE("APolicyThatIsMilderTakesADeletionBack") {
  Taken f;
  f.Answer(Removed(StandingReason::Court));
  f.policy.answers = {{{}, "", {}, {}, {}, {Action::Keep, 0}}};
  f.Answer();
  CHECK(f.Reading() == kReadable);
  CHECK_FALSE(f.Repository().answered.delete_ms);
  f.policy.answers.clear();
  f.now_ms += 5 * kDayMs;
  f.Answer();
  CHECK(f.Repository().answered.delete_ms == f.now_ms + 30 * kDayMs);  // begins anew
}

TEST_CASE("ALongerTermMovesADeletionAndAShorterOneDoesNot") {
  Taken f;
  f.Answer(Removed(StandingReason::Court));
  const auto since_ms = f.now_ms;
  f.now_ms += 3 * kDayMs;
  f.policy.answers = {{{}, "", {}, {}, {}, {Action::Delete, 300}}};
  f.Answer();
  f.Answer();
  CHECK(f.Repository().answered.delete_ms == since_ms + 300 * kDayMs);
  CHECK(f.Repository().answered_ms == since_ms);
  f.policy.answers = {{{}, "", {}, {}, {}, {Action::Delete, 3}}};
  f.Answer();
  CHECK(f.Repository().answered.delete_ms == since_ms + 300 * kDayMs);
}

TEST_CASE("TheBrakeHoldsWhatWouldEraseAnOrigin") {
  banyan::testing::TestCatalog catalog;
  banyan::testing::MakeUser(catalog, "lab");
  for (int i = 0; i < 12; ++i) {
    banyan::testing::MakeModel(catalog, "lab/m" + std::to_string(i));
  }
  MUST(catalog.Write([](Connection& c) {
    return c.ExecuteScript(
        "UPDATE repository SET stored_bytes = 100;"
        "UPDATE repository SET delete_ms = 1000 WHERE id <= 11");
  }));
  Policy policy;
  const auto delete_one = [&] {
    return MUST(catalog.Write([&](Connection& c) { return DeleteOneDue(c, policy, 2000); }));
  };
  CHECK(delete_one() == 0);
  policy.brake.repositories = 11;
  CHECK(delete_one() != 0);
  policy.brake = {5, 95};  // many, and not much
  CHECK(delete_one() != 0);
  policy.brake = {};  // nine are left, in one day with those that went
  CHECK(delete_one() != 0);
}

TEST_CASE("AnOwnRepositoryIsAnsweredAtOnce") {
  LogFixture f;
  f.CommitText("a.txt", "one");
  f.WriteCards();
  const auto stated = [&](const storage::Standing& standing) {
    MUST(f.database->Write([&](Connection& c) -> Status {
      const auto now = TRY(storage::GetRepository(c, f.repository));
      return StateOwn(c, {}, now, standing, f.clock.NowMs());
    }));
  };
  stated(Removed(StandingReason::Copyright));
  CHECK(MUST(f.writer.WriteDue()).written == 1);  // does not wait its minute
  auto card = f.LastCard();
  CHECK(card.card.standing == Removed(StandingReason::Copyright));
  CHECK_FALSE(card.card.content);
  CHECK_FALSE(card.meta.empty());  // what was taken down has a name
  stated({StandingStatus::Yanked, StandingReason::Security, {"DE"}});
  CHECK(MUST(f.writer.WriteDue()).written == 1);
  card = f.LastCard();
  CHECK(card.card.content);
  CHECK(card.card.standing.scope == std::vector<std::string>{"DE"});
  stated({StandingStatus::Withdrawn, StandingReason::Author, {}});
  CHECK(MUST(f.writer.WriteDue()).written == 1);
  CHECK(f.LastCard().meta.empty());
  // Gone afterwards, it is what it was.
  MUST(
      f.database->Write([&](Connection& c) { return storage::DeleteRepository(c, f.repository); }));
  CHECK(f.WriteCards().written == 0);
}
