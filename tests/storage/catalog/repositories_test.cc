#include "storage/catalog/repositories.h"

#include <atomic>
#include <set>
#include <thread>

#include "storage/catalog/repository_head.h"
#include "storage/content/content_store.h"
#include "tests/support/catalog_makers.h"

using namespace banyan;
using namespace banyan::storage;
using namespace banyan::testing;

namespace {
std::int64_t Count(TestCatalog& catalog, const std::string& what) {
  return catalog.Read([&](Connection& c) {
    auto rows = c.Query("SELECT count(*) FROM " + what);
    REQUIRE(rows.Next());
    return rows.Int(0);
  });
}
Result<FoundRepository> Find(TestCatalog& catalog, const std::string& path) {
  return catalog.Read([&](Connection& c) { return FindRepository(c, ModelId(path)); });
}
Result<Repository> Move(TestCatalog& catalog, std::int64_t row, const std::string& to,
                        const QuotaPolicy& policy = {}) {
  return catalog.Write([&](Connection& c) { return MoveRepository(c, row, ModelId(to), policy); });
}
Status Delete(TestCatalog& catalog, std::int64_t row) {
  return catalog.Write([&](Connection& c) { return DeleteRepository(c, row); });
}
// A file of this size, committed to the repository; its one chunk lies in `pack`.
std::int64_t Commit(TestCatalog& catalog, std::int64_t repository, std::uint8_t name,
                    std::uint64_t size_bytes) {
  FileContent content;
  content.sha256 = Sha256::FromRaw(Bytes(32, name));
  content.hash = FileHash::FromRaw(Bytes(32, name));
  content.size_bytes = size_bytes;
  content.chunk_count = 1;
  content.recipe.terms.push_back({name, 0, 1});
  return MUST(catalog.Write([&](Connection& c) -> Result<std::int64_t> {
    content.row = TRY(RecordFile(c, content, 1));
    TRY(HoldFile(c, repository, content, Holding::Committed, 1));
    return content.row;
  }));
}
}  // namespace

TEST_CASE("ARepositoryIsFoundByItsNameInAnyCase") {
  TestCatalog catalog;
  MakeUser(catalog, "Alice");
  NewRepository made;
  made.id = ModelId("aLiCe/Llama-3.1");
  made.is_private = true;
  made.gating = Gating::Manual;
  made.default_branch = "trunk";
  const auto creation = MUST(catalog.Write(
      [&](Connection& c) { return CreateRepository(c, SystemRandom(), made, 1234); }));
  const auto& repository = creation.repository;
  REQUIRE(repository.id.Path() == "Alice/Llama-3.1");
  REQUIRE(repository.is_private);
  REQUIRE(repository.gating == Gating::Manual);
  REQUIRE(repository.default_branch == "trunk");
  REQUIRE(repository.created_ms == 1234);
  REQUIRE(repository.updated_ms == 1234);
  REQUIRE_FALSE(repository.head);
  REQUIRE_FALSE(repository.uid.IsZero());
  REQUIRE(MUST(Find(catalog, "Alice/Llama-3.1")).match == NameMatch::Exact);
  REQUIRE(MUST(Find(catalog, "alice/llama-3.1")).match == NameMatch::OtherCase);
  REQUIRE(MUST(catalog.Read([&](Connection& c) {
            return GetRepositoryByUid(c, repository.uid);
          })).row == repository.row);
  MUST_FAIL(Find(catalog, "alice/other"), Errc::NotFound);
  MUST_FAIL(catalog.Read([&](Connection& c) {
    return FindRepository(c, {RepositoryKind::Dataset, "Alice", "Llama-3.1"});
  }),
            Errc::NotFound);
}

TEST_CASE("CreatingAnExistingNameTellsWhoseItIs") {
  TestCatalog catalog;
  MakeUser(catalog, "alice");
  const auto first = MakeModel(catalog, "alice/Model");
  NewRepository again;
  again.id = ModelId("Alice/mODEL");
  const auto second = MUST(
      catalog.Write([&](Connection& c) { return CreateRepository(c, SystemRandom(), again, 9); }));
  REQUIRE(second.existed);
  REQUIRE(second.repository.row == first.row);
  REQUIRE(second.repository.id.Path() == "alice/Model");
  again.id.kind = RepositoryKind::Dataset;
  REQUIRE_FALSE(MUST(catalog.Write([&](Connection& c) {
                  return CreateRepository(c, SystemRandom(), again, 9);
                })).existed);
  again.id.owner = "nobody";
  MUST_FAIL(
      catalog.Write([&](Connection& c) { return CreateRepository(c, SystemRandom(), again, 9); }),
      Errc::NotFound);
  again.id = {RepositoryKind::Model, "alice", "x.git"};
  MUST_FAIL(
      catalog.Write([&](Connection& c) { return CreateRepository(c, SystemRandom(), again, 9); }),
      Errc::Invalid);
}

TEST_CASE("NamesStayUniqueByFoldedFormUnderConcurrentCreation") {
  TestCatalog catalog;
  MakeUser(catalog, "alice");
  std::atomic<int> created{0};
  std::atomic<int> failed{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 8; ++i) {
        NewRepository made;
        made.id = {RepositoryKind::Model, "alice",
                   (t % 2 == 0 ? "model-" : "MODEL-") + std::to_string(i)};
        const Status status = catalog.database().Write([&](Connection& c) -> Status {
          if (!TRY(CreateRepository(c, SystemRandom(), made, 1)).existed) ++created;
          return Ok();
        });
        if (!status) ++failed;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  REQUIRE(failed == 0);
  REQUIRE(created == 8);
  REQUIRE(Count(catalog, "repository") == 8);
}

TEST_CASE("OldNamesLeadToTheRepositoryUntilSomebodyTakesThem") {
  TestCatalog catalog;
  MakeUser(catalog, "alice");
  MakeUser(catalog, "bob");
  const auto a = MakeModel(catalog, "alice/a");
  REQUIRE(MUST(Move(catalog, a.row, "alice/b")).id.Path() == "alice/b");
  const auto moved = MUST(Move(catalog, a.row, "Bob/C"));
  REQUIRE(moved.id.Path() == "bob/C");
  REQUIRE(moved.uid == a.uid);
  for (const char* old : {"alice/a", "ALICE/B"}) {
    const auto found = MUST(Find(catalog, old));
    REQUIRE(found.match == NameMatch::OldName);
    REQUIRE(found.repository.id.Path() == "bob/C");
  }
  const auto taker = MakeModel(catalog, "alice/A");
  REQUIRE(MUST(Find(catalog, "alice/a")).repository.row == taker.row);
  MUST(Delete(catalog, taker.row));
  MUST_FAIL(Find(catalog, "alice/a"), Errc::NotFound);
  REQUIRE(MUST(Find(catalog, "alice/b")).repository.row == a.row);
  MUST(Move(catalog, a.row, "alice/b"));  // back to an old name of its own
  REQUIRE(MUST(Find(catalog, "alice/b")).match == NameMatch::Exact);
  REQUIRE(MUST(Find(catalog, "bob/c")).match == NameMatch::OldName);
  REQUIRE(MUST(Move(catalog, a.row, "alice/B")).id.Path() == "alice/B");
  REQUIRE(Count(catalog, "repository_moved") == 1);
  MUST(Delete(catalog, a.row));
  REQUIRE(Count(catalog, "repository_moved") == 0);
}

TEST_CASE("MovesThatCannotBeAreRefused") {
  TestCatalog catalog;
  MakeUser(catalog, "alice");
  const auto a = MakeModel(catalog, "alice/a");
  MakeModel(catalog, "alice/b");
  MUST_FAIL(Move(catalog, a.row, "alice/B"), Errc::Conflict);
  MUST_FAIL(Move(catalog, a.row, "nobody/a"), Errc::NotFound);
  MUST_FAIL(Move(catalog, 999, "alice/c"), Errc::NotFound);
  MUST_FAIL(catalog.Write([&](Connection& c) {
    return MoveRepository(c, a.row, {RepositoryKind::Dataset, "alice", "c"}, {});
  }),
            Errc::Invalid);
  MUST_FAIL(catalog.Write([&](Connection& c) -> Status {
    for (std::size_t i = 0; i <= kMaxOldNames; ++i) {
      TRY(MoveRepository(c, a.row, ModelId("alice/n" + std::to_string(i)), {}));
    }
    return Ok();
  }),
            Errc::TooLarge);
  REQUIRE(MUST(Find(catalog, "alice/a")).match == NameMatch::Exact);
}

TEST_CASE("AMoveTakesItsChargeAlongAndNeedsRoom") {
  TestCatalog catalog;
  const auto alice = MakeUser(catalog, "alice");
  const auto bob = MakeUser(catalog, "bob");
  const auto a = MakeModel(catalog, "alice/a");
  Commit(catalog, a.row, 1, 100);
  const auto used = [&](std::int64_t row) {
    return MUST(catalog.Read([&](Connection& c) { return GetNamespace(c, row); })).used_bytes;
  };
  REQUIRE(used(alice) == 100);
  MUST_FAIL(Move(catalog, a.row, "bob/a", QuotaPolicy{99}), Errc::TooLarge);
  MUST(Move(catalog, a.row, "alice/b", QuotaPolicy{99}));
  REQUIRE(used(alice) == 100);
  MUST(Move(catalog, a.row, "bob/a", QuotaPolicy{100}));
  REQUIRE(used(alice) == 0);
  REQUIRE(used(bob) == 100);
}

TEST_CASE("DeletionReleasesEverythingAndARecreationIsAnotherRepository") {
  TestCatalog catalog;
  const auto alice = MakeUser(catalog, "alice");
  const auto a = MakeModel(catalog, "alice/a");
  const auto b = MakeModel(catalog, "alice/b");
  const auto shared = Commit(catalog, a.row, 1, 100);
  REQUIRE(Commit(catalog, b.row, 1, 100) == shared);
  const auto own = Commit(catalog, a.row, 2, 10);
  RepositoryHead head;
  head.tags = {"x"};
  head.search_text = "uncommon words";
  MUST(catalog.Write([&](Connection& c) { return SetRepositoryHead(c, a.row, head, 5); }));
  const auto references = [&](std::int64_t file) {
    return Count(catalog, "file WHERE id = " + std::to_string(file) + " AND public_references = 1");
  };
  REQUIRE(references(shared) == 0);  // two
  REQUIRE(references(own) == 1);

  MUST(Delete(catalog, a.row));
  REQUIRE(references(shared) == 1);
  REQUIRE(references(own) == 0);
  REQUIRE(Count(catalog, "repository_file") == 1);
  REQUIRE(Count(catalog, "repository_tag") == 0);
  REQUIRE(Count(catalog, "repository_text WHERE repository_text MATCH 'uncommon'") == 0);
  REQUIRE(MUST(catalog.Read([&](Connection& c) { return GetNamespace(c, alice); })).used_bytes ==
          100);
  MUST_FAIL(Find(catalog, "alice/a"), Errc::NotFound);
  MUST_FAIL(Delete(catalog, a.row), Errc::NotFound);

  const auto again = MakeModel(catalog, "alice/a");
  REQUIRE(again.uid != a.uid);
  REQUIRE(again.row != a.row);
  REQUIRE(again.stored_bytes == 0);
}

TEST_CASE("GoingPrivateAndPublicMovesTheFilesPublicCounts") {
  TestCatalog catalog;
  MakeUser(catalog, "alice");
  const auto a = MakeModel(catalog, "alice/a", /*is_private=*/true);
  Commit(catalog, a.row, 1, 100);
  const auto set = [&](const RepositorySettings& settings) {
    return catalog.Write([&](Connection& c) { return ChangeSettings(c, a.row, settings); });
  };
  const auto is_public = [&] {
    return Count(catalog,
                 "file f JOIN pack_visibility p ON p.pack = 1 WHERE "
                 "f.public_references = 1 AND p.counts = x'0100'");
  };
  REQUIRE(is_public() == 0);
  REQUIRE_FALSE(MUST(set({false, std::nullopt, std::nullopt})).is_private);
  REQUIRE(is_public() == 1);
  MUST(set({false, std::nullopt, std::nullopt}));  // no change: counted once
  REQUIRE(is_public() == 1);
  MUST(set({std::nullopt, Gating::Auto, std::nullopt}));  // what needs consent is not public
  REQUIRE(is_public() == 0);
  MUST_FAIL(set({true, std::nullopt, "dev"}), Errc::Invalid);  // there is no such branch
  MUST(catalog.Write([&](Connection& c) {
    return c.Execute("INSERT INTO ref VALUES(?, 'refs/heads/dev', x'01', x'01', 1)", a.row);
  }));
  const auto changed = MUST(set({true, std::nullopt, "dev"}));
  REQUIRE(changed.gating == Gating::Auto);
  REQUIRE(changed.default_branch == "dev");
  REQUIRE(is_public() == 0);
  MUST(set({false, Gating::No, std::nullopt}));
  REQUIRE(is_public() == 1);
  MUST(set({true, Gating::Manual, std::nullopt}));
  REQUIRE(is_public() == 0);
  MUST_FAIL(set({std::nullopt, std::nullopt, "a..b"}), Errc::Invalid);
}

TEST_CASE("GatingParsesAndPrints") {
  for (const auto gating : {Gating::No, Gating::Auto, Gating::Manual}) {
    REQUIRE(MUST(ParseGating(ToString(gating))) == gating);
  }
  MUST_FAIL(ParseGating("false"), Errc::Invalid);
}
