#include "storage/history/revisions.h"

#include "tests/support/history_fixture.h"

using namespace banyan;
using namespace banyan::storage;
using namespace banyan::tests;

namespace {

Result<ResolvedRevision> Ask(HistoryFixture& f, std::string_view text) {
  auto lease = MUST(f.database->Read());
  return ResolveRevision(*lease, f.repository, text);
}

}  // namespace

TEST_CASE("RevisionsResolveFromEveryForm") {
  HistoryFixture f;
  const auto first = f.CommitText("a", "1");
  const auto second = f.CommitText("a", "2");
  MUST(
      CreateBranch(*f.database, f.repository, {"feature/x", first.ToString(), false}, f.Options()));
  MUST(CreateTag(*f.database, *f.store, f.repository, {"v1", "main~0", "", {}, 0}, f.Options())
               .has_value()
           ? Status(Error(Errc::Invalid, "git's operators are no revisions"))
           : Ok());
  MUST(CreateTag(*f.database, *f.store, f.repository, {"v1", first.ToString(), "", {}, 0},
                 f.Options()));
  MUST(CreateTag(*f.database, *f.store, f.repository,
                 {"v2", "main", "Second", {"Ada", "a@example.org"}, f.now_ms}, f.Options()));
  MUST(CreateRef(*f.database, f.repository, {"refs/pr/1", first.ToString()}, f.Options()));
  struct Row {
    std::string text;
    GitOid commit;
    std::string ref;
  };
  for (const auto& row : std::vector<Row>{{"main", second, "refs/heads/main"},
                                          {"HEAD", second, "refs/heads/main"},
                                          {"refs/heads/main", second, "refs/heads/main"},
                                          {"feature/x", first, "refs/heads/feature/x"},
                                          {"v1", first, "refs/tags/v1"},
                                          {"v2", second, "refs/tags/v2"},
                                          {"refs/tags/v2", second, "refs/tags/v2"},
                                          {"refs/pr/1", first, "refs/pr/1"},
                                          {first.ToString(), first, ""},
                                          {first.ToString().substr(0, 7), first, ""},
                                          {second.ToString().substr(0, 39), second, ""}}) {
    INFO(row.text);
    const auto resolved = MUST(Ask(f, row.text));
    REQUIRE(resolved.revision.commit == row.commit);
    REQUIRE(resolved.ref == row.ref);
  }
  for (const std::string& bad :
       {std::string(), std::string("other"), std::string("refs/heads/other"),
        first.ToString().substr(0, 4), std::string(40, '0'), std::string("0000000"),
        std::string(600, 'a'), std::string("main^"), std::string("MAIN"), std::string("a\0b", 3)}) {
    INFO(bad);
    MUST_FAIL(Ask(f, bad), Errc::NotFound);
  }
}

TEST_CASE("CommitsOfOtherRepositoriesAreNoRevisions") {
  HistoryFixture f;
  const auto secret = f.CommitText("secret", "1");
  const auto other = f.AddRepository("other", false);
  auto lease = MUST(f.database->Read());
  MUST_FAIL(ResolveRevision(*lease, other, secret.ToString()), Errc::NotFound);
  MUST_FAIL(ResolveRevision(*lease, other, secret.ToString().substr(0, 10)), Errc::NotFound);
  MUST_FAIL(ResolveRevision(*lease, other, "main"), Errc::NotFound);
  MUST_FAIL(DefaultBranch(*lease, 999), Errc::NotFound);
}

TEST_CASE("AmbiguousAbbreviationsAreNotFound") {
  HistoryFixture f;
  f.CommitText("a", "1");
  MUST(f.database->Write([&](Connection& c) -> Status {
    for (const char* oid :
         {"abcde10000000000000000000000000000000000", "abcde20000000000000000000000000000000000"}) {
      TRY(
          c.Execute("INSERT INTO revision(repository, oid, manifest, bytes, files, ancestors, "
                    "created_ms) VALUES(?, ?, zeroblob(32), 0, 0, 1, 0)",
                    f.repository, MUST(GitOid::Parse(oid))));
    }
    return Ok();
  }));
  MUST_FAIL(Ask(f, "abcde"), Errc::NotFound);
  REQUIRE(MUST(Ask(f, "abcde1")).revision.ancestors == 1);
}

TEST_CASE("WhereGitMadeBothTheNameAloneIsTheBranch") {
  HistoryFixture f;
  const auto first = f.CommitText("a", "1");
  const auto second = f.CommitText("a", "2");
  MUST(CreateTag(*f.database, *f.store, f.repository, {"v1", first.ToString(), "", {}, 0},
                 f.Options()));
  MUST(f.database->Write([&](Connection& c) -> Status {
    HistoryChange change;
    change.refs = {{"refs/heads/v1", std::nullopt, second, second}};  // as a push does
    TRY(EnterChange(c, f.repository, change, f.Options()));
    return Ok();
  }));
  CHECK(MUST(Ask(f, "v1")).ref == "refs/heads/v1");
  CHECK(MUST(Ask(f, "refs/tags/v1")).revision.commit == first);
  MUST(CreateBranch(*f.database, f.repository, {"v1", first.ToString(), true}, f.Options()));
}

TEST_CASE("RefsAreListedByPrefix") {
  HistoryFixture f;
  f.CommitText("a", "1");
  MUST(CreateBranch(*f.database, f.repository, {"dev", "", false}, f.Options()));
  MUST(CreateTag(*f.database, *f.store, f.repository, {"v1", "main", "", {}, 0}, f.Options()));
  auto lease = MUST(f.database->Read());
  const auto all = MUST(ListRefs(*lease, f.repository));
  REQUIRE(all.size() == 3);
  REQUIRE(all[0].name == "refs/heads/dev");
  REQUIRE(all[0].ShortName() == "dev");
  REQUIRE(all[2].ShortName() == "v1");
  REQUIRE(MUST(ListRefs(*lease, f.repository, "refs/tags/")).size() == 1);
  REQUIRE(MUST(ListRefs(*lease, f.repository, "refs/pr/")).empty());
  REQUIRE(FullRefName("main") == "refs/heads/main");
  REQUIRE(FullRefName("refs/pr/2") == "refs/pr/2");
}
