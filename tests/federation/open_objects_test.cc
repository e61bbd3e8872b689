#include "federation/open_objects.h"

#include "federation/card_meta.h"
#include "federation/commit_tree.h"
#include "tests/federation/log_fixture.h"

using namespace banyan;
using namespace banyan::federation;
using namespace banyan::federation::testing;

namespace {

// Objects by hash, as a peer asks for them, each checked against its name.
class Peer : public storage::NodeStore {
 public:
  explicit Peer(LogFixture& f) : f_(f) {}
  Result<Bytes> Load(const Sha256& id) override {
    auto lease = TRY(f_.database->Read());
    Bytes bytes = TRY(ReadOpenObject(*lease, *f_.store, id));
    REQUIRE(HashSha256(bytes) == id);
    return bytes;
  }
  Status Store(const Sha256&, Bytes) override { return Ok(); }

 private:
  LogFixture& f_;
};

// Reads all that a card reaches and counts the files of every commit.
std::size_t ReadAll(Peer& peer, const CardContent& content) {
  MUST(storage::CountItems(peer, content.refs));
  std::size_t files = 0;
  storage::SearchCursor cursor(peer);
  for (MUST(cursor.Open(content.commits)); cursor.Valid(); MUST(cursor.Next())) {
    const auto entry = MUST(ParseCommitTreeEntry(cursor.Item().value));
    MUST(peer.Load(entry.body));
    if (entry.manifest) files += MUST(storage::CountItems(peer, *entry.manifest));
  }
  return files;
}

}  // namespace

TEST_CASE("APeerReadsAllThatACardReaches") {
  LogFixture f;
  f.CommitText("LICENSE", "do as you like");
  MUST(f.Execute("UPDATE repository_document SET metadata = '{\"licence_files\": [\"LICENSE\"]}'"));
  f.CommitText("a.txt", "one");
  MUST(storage::CreateTag(*f.database, *f.store, f.repository,
                          {"v1", "main", "a tag", {"Ada", "ada@example.org"}, f.now_ms},
                          f.Options()));
  f.WriteCards();
  const auto row = f.LastCard();
  Peer peer(f);
  CHECK(ReadAll(peer, *row.card.content) == 3);
  CHECK(MUST(peer.Load(*row.card.meta)) == row.meta);
  REQUIRE(row.card.content->licence_text.has_value());
  CHECK(AsText(MUST(peer.Load(*row.card.content->licence_text))) == "do as you like");
  // A second card adds what is new, and the earlier one can still be read.
  f.CommitText("b.txt", "two");
  f.WriteCards();
  CHECK(ReadAll(peer, *f.LastCard().card.content) == 6);
  CHECK(ReadAll(peer, *row.card.content) == 3);
}

TEST_CASE("AHashOpensNothingThatIsNotPublicAttack21") {
  LogFixture f(/*is_private=*/true);
  f.CommitText("a.txt", "one");
  f.WriteCards();
  Peer peer(f);
  const auto manifest = f.Resolve("main").manifest;
  MUST_FAIL(peer.Load(manifest), Errc::NotFound);
  MUST(f.Execute("UPDATE repository SET private = 0"));
  f.WriteCards();
  const auto row = f.LastCard();
  MUST(peer.Load(manifest));
  MUST(f.Execute("UPDATE repository SET private = 1"));
  MUST_FAIL(peer.Load(manifest), Errc::NotFound);  // at once, before any card
  f.WriteCards();
  for (const auto& id : {manifest, *row.card.meta, row.card.content->refs}) {
    MUST_FAIL(peer.Load(id), Errc::NotFound);
  }
}

TEST_CASE("NamesAreGoneOnceARepositoryIs") {
  LogFixture f;
  f.CommitText("a.txt", "one");
  f.WriteCards();
  const auto meta = *f.LastCard().card.meta;
  MUST(f.database->Write(
      [&](storage::Connection& c) { return storage::DeleteRepository(c, f.repository); }));
  Peer peer(f);
  MUST_FAIL(peer.Load(meta), Errc::NotFound);  // at once, before any card
  f.WriteCards();
  MUST_FAIL(peer.Load(meta), Errc::NotFound);
  auto lease = MUST(f.database->Read());
  auto rows = lease->Query("SELECT count(*) FROM repository_card WHERE meta IS NOT NULL");
  REQUIRE(rows.Next());
  CHECK(rows.Int(0) == 0);
}

TEST_CASE("TheLicenceOfAGatedRepositoryIsForThoseWhoWereGrantedIt") {
  LogFixture f;
  f.CommitText("LICENSE", "ask first");
  MUST(f.Execute("UPDATE repository SET gated = 1"));
  MUST(f.Execute("UPDATE repository_document SET metadata = '{\"licence_files\": [\"LICENSE\"]}'"));
  f.WriteCards();
  const auto text = f.LastCard().card.content->licence_text;
  REQUIRE(text.has_value());
  Peer peer(f);
  MUST_FAIL(peer.Load(*text), Errc::NotFound);
}
