#include "storage/history/branches.h"

#include "storage/history/ref_list.h"
#include "tests/support/history_fixture.h"

using namespace banyan;
using namespace banyan::storage;
using namespace banyan::tests;

TEST_CASE("BranchesAreMadeMovedAndDeleted") {
  HistoryFixture f;
  const auto first = f.CommitText("a", "1");
  const auto second = f.CommitText("a", "2");
  Database& db = *f.database;
  const auto at = [&](const std::string& name) { return f.Resolve(name).commit; };
  MUST(CreateBranch(db, f.repository, {"dev", "", false}, f.Options()));
  REQUIRE(at("dev") == second);
  MUST_FAIL(CreateBranch(db, f.repository, {"dev", "", false}, f.Options()), Errc::Conflict);
  MUST(CreateBranch(db, f.repository, {"dev", first.ToString(), true}, f.Options()));
  REQUIRE(at("dev") == first);
  MUST_FAIL(CreateBranch(db, f.repository, {"x", "nowhere", false}, f.Options()), Errc::NotFound);
  MUST_FAIL(CreateBranch(db, f.repository, {"a..b", "", false}, f.Options()), Errc::Invalid);
  MUST_FAIL(CreateBranch(db, f.repository, {"dev/sub", "", false}, f.Options()), Errc::Conflict);
  MUST(MoveRef(db, f.repository, {"dev", second.ToString(), first}, f.Options()));
  MUST_FAIL(MoveRef(db, f.repository, {"dev", first.ToString(), first}, f.Options()),
            Errc::Conflict);
  MUST_FAIL(MoveRef(db, f.repository, {"no", "main", {}}, f.Options()), Errc::NotFound);
  MUST(DeleteBranch(db, f.repository, "dev", f.Options()));
  MUST_FAIL(DeleteBranch(db, f.repository, "dev", f.Options()), Errc::NotFound);
  MUST_FAIL(DeleteBranch(db, f.repository, "main", f.Options()), Errc::Invalid);
  MUST(CreateBranch(db, f.repository, {"dev/sub", "", false}, f.Options()));
  MUST_FAIL(CreateBranch(db, f.repository, {"dev", "", false}, f.Options()), Errc::Conflict);
}

TEST_CASE("ABranchAndATagHaveDifferentNames") {
  HistoryFixture f;
  const auto first = f.CommitText("a", "1");
  f.CommitText("a", "2");
  Database& db = *f.database;
  const auto tag = [&](const std::string& name) {
    return CreateTag(db, *f.store, f.repository, {name, first.ToString(), "", {}, 0}, f.Options());
  };
  MUST(tag("v1"));
  for (const bool overwrite : {false, true}) {
    const auto made = CreateBranch(db, f.repository, {"v1", "main", overwrite}, f.Options());
    MUST_FAIL(made, Errc::Conflict);
    CHECK(made.error().message() ==
          "a tag is called v1 already, and names of branches and tags differ: choose another name, "
          "or delete the tag first");
  }
  const auto made = tag("main");
  MUST_FAIL(made, Errc::Conflict);
  CHECK(made.error().message().starts_with("a branch is called main already"));
  CHECK(f.Resolve("v1").commit == first);
  MUST(DeleteTag(db, f.repository, "v1", f.Options()));
  MUST(CreateBranch(db, f.repository, {"v1", "main", false}, f.Options()));
  MUST_FAIL(tag("v1"), Errc::Conflict);
}

TEST_CASE("TagsArePlainOrAnnotated") {
  HistoryFixture f;
  const auto first = f.CommitText("a", "1");
  f.CommitText("a", "2");
  const auto tag = [&](NewTag t) {
    return CreateTag(*f.database, *f.store, f.repository, t, f.Options());
  };
  const Person ada = {"Ada", "ada@example.org"};
  MUST(tag({"v1", first.ToString(), "", {}, 0}));
  MUST(tag({"v2", "main", "The second.", ada, f.now_ms}));
  MUST_FAIL(tag({"v2", "main", "", {}, 0}), Errc::Conflict);
  MUST_FAIL(tag({"v3", "nowhere", "", {}, 0}), Errc::NotFound);
  MUST_FAIL(tag({"bad name", "main", "", {}, 0}), Errc::Invalid);
  MUST_FAIL(tag({"v3", "main", "x", {"", ""}, 0}), Errc::Invalid);
  TempDirectory bare;
  ExportToGit(f, bare.path());
  REQUIRE(test::Git(bare.path(), {"cat-file", "-t", "v1"}) == "commit\n");
  REQUIRE(test::Git(bare.path(), {"cat-file", "-t", "v2"}) == "tag\n");
  REQUIRE(test::Git(bare.path(), {"rev-parse", "v2^{commit}"}) ==
          f.Resolve("v2").commit.ToString() + "\n");
  REQUIRE(test::Git(bare.path(), {"tag", "-l", "--format=%(contents)|%(taggername)", "v2"}) ==
          "The second.\n|Ada\n");
  MUST(DeleteTag(*f.database, f.repository, "v2", f.Options()));
  MUST_FAIL(DeleteTag(*f.database, f.repository, "v2", f.Options()), Errc::NotFound);
}

TEST_CASE("SquashKeepsTheTreeAndDropsTheHistory") {
  HistoryFixture f;
  f.CommitText("a", "1");
  const auto before = f.CommitText("b", "2");
  const auto squashed =
      MUST(SquashBranch(*f.database, *f.store, f.repository,
                        {"main", {"Ada", ""}, "One commit", f.now_ms}, f.Options()));
  const auto main = f.Resolve("main");
  REQUIRE(main.commit == squashed);
  REQUIRE(main.ancestors == 1);
  REQUIRE(main.files == 2);
  REQUIRE(main.manifest == f.Resolve(before.ToString()).manifest);
  REQUIRE(f.Files() == "a b");
  f.Read([&](History& history) { REQUIRE(MUST(history.Log(main, 0, 10)).size() == 1); });
  MUST_FAIL(
      SquashBranch(*f.database, *f.store, f.repository, {"no", {"A", ""}, "", 0}, f.Options()),
      Errc::NotFound);
}

TEST_CASE("RefListFollowsBranchesAndTagsOnly") {
  HistoryFixture f;
  const auto head = f.CommitText("a", "1");
  const auto root = [&] {
    auto lease = MUST(f.database->Read());
    MemoryNodes nodes;
    return MUST(BuildRefList(*lease, f.repository, nodes));
  };
  const Sha256 before = root();
  MUST(CreateRef(*f.database, f.repository, {"refs/pr/1", "main"}, f.Options()));
  REQUIRE(root() == before);
  MUST(CreateTag(*f.database, *f.store, f.repository, {"v1", "main", "", {}, 0}, f.Options()));
  REQUIRE(root() != before);
  auto lease = MUST(f.database->Read());
  CatalogNodes nodes(*lease);  // stored with the change
  const auto value = MUST(FindInTree(nodes, root(), "refs/tags/v1"));
  const auto entry = MUST(ParseRefListEntry(*value));
  REQUIRE(entry.commit == head);
  REQUIRE(entry.target == head);
  REQUIRE(entry.manifest == f.Resolve("main").manifest);
  MUST_FAIL(ParseRefListEntry("short"), Errc::Corrupt);
  MUST_FAIL(ParseRefListEntry(EncodeRefListEntry(entry) + "x"), Errc::Corrupt);
}

TEST_CASE("CommitsToPullRequestRefsLeaveTheHeadAlone") {
  HistoryFixture f;
  const auto head = f.CommitText("a", "1");
  MUST(CreateRef(*f.database, f.repository, {"refs/pr/1", "main"}, f.Options()));
  auto request = f.Request({AddInline{"b", Text("2")}});
  request.branch = "refs/pr/1";
  MUST(Commit(*f.database, *f.store, request, f.Options()));
  REQUIRE(f.Files("refs/pr/1") == "a b");
  REQUIRE(f.Resolve("main").commit == head);
}
