#include "storage/history/history.h"

#include <algorithm>

#include "tests/support/history_fixture.h"

using namespace banyan;
using namespace banyan::storage;
using namespace banyan::tests;

namespace {

// Some history with folders, deletions and returns.
struct Busy : HistoryFixture {
  Busy() {
    CommitFirst();
    Commit({AddInline{"README.md", Text("one")}, AddInline{"data/a.txt", Text("a")},
            AddInline{"data/deep/b.txt", Text("b")}, AddInline{"data-x.txt", Text("x")}});
    CommitText("data/a.txt", "a2");
    CommitText("data/deep/c.txt", "c");
    Commit({DeleteFile{"data/deep/b.txt"}});
    CommitText("README.md", "two");
    Commit({AddInline{"weights.bin", Noise(3000, 4)}, AddInline{"图像/数据.txt", Text("u")}});
  }
};

std::string Paths(const History::Listing& listing) {
  std::string out;
  for (const auto& item : listing.items) {
    out += (out.empty() ? "" : " ") + item.path + (item.is_folder ? "/" : "");
  }
  return out;
}

}  // namespace

TEST_CASE("LogIsNewestFirstAndPaged") {
  Busy f;
  const auto main = f.Resolve("main");
  REQUIRE(main.ancestors == 7);
  f.Read([&](History& history) {
    const auto log = MUST(history.Log(main, 0, 100));
    REQUIRE(log.size() == 7);
    REQUIRE(log[0].oid == main.commit);
    REQUIRE(log[0].Title() == "A change");
    REQUIRE(log[0].message == "A change\n\nWith a reason.");
    REQUIRE(log[0].author_name == "Ada");
    REQUIRE(log[0].time_ms == f.now_ms);
    REQUIRE(log[6].parents.empty());
    REQUIRE(log[6].message == "initial commit");
    for (std::size_t i = 0; i + 1 < log.size(); ++i) REQUIRE(log[i].parents[0] == log[i + 1].oid);
    const auto page = MUST(history.Log(main, 2, 3));
    REQUIRE(page.size() == 3);
    REQUIRE(page[0].oid == log[2].oid);
    REQUIRE(MUST(history.Log(main, 7, 3)).empty());
    REQUIRE(MUST(history.Log(main, 0, 0)).empty());
  });
}

TEST_CASE("TimesThatCommitsStateEndWithTheYear9999") {
  Busy f;
  const auto main = f.Resolve("main");
  f.Read([&](History& history) {
    const std::string tree = MUST(history.ReadCommit(main.commit)).tree.ToString();
    const auto stated = [&](const std::string& time_s) {
      const std::string person = " A <a@b.example> " + time_s + " +0000\n";
      const std::string text =
          "tree " + tree + "\nauthor" + person + "committer" + person + "\nmessage\n";
      const auto oid = MUST(history.objects().Write(GitObjectType::Commit, AsBytes(text)));
      return MUST(history.ReadCommit(oid)).time_ms;
    };
    CHECK(stated("1767225600") == 1767225600'000);
    CHECK(stated("253402300799") == 253402300799'000);
    CHECK(stated("253402300800") == 253402300799'000);
    CHECK(stated("9223372036854775807") == 253402300799'000);
  });
}

TEST_CASE("ListingsAgreeWithGit") {
  Busy f;
  TempDirectory bare;
  ExportToGit(f, bare.path());
  const auto expected = test::Git(bare.path(), {"ls-tree", "-r", "-t", "-z", "main"});
  const auto main = f.Resolve("main");
  f.Read([&](History& history) {
    std::string ours;
    for (const auto& item : MUST(history.List(main, {"", true, "", 1000})).items) {
      const std::string mode = item.is_folder ? "040000 tree " : "100644 blob ";
      ours += mode + item.oid.ToString() + "\t" + item.path + std::string(1, '\0');
    }
    REQUIRE(ours == expected);
    REQUIRE(Paths(MUST(history.List(main, {"", false, "", 1000}))) ==
            ".gitattributes README.md data-x.txt data/ weights.bin 图像/");
    REQUIRE(Paths(MUST(history.List(main, {"data", false, "", 1000}))) == "data/a.txt data/deep/");
    REQUIRE(Paths(MUST(history.List(main, {"data/deep", true, "", 1000}))) == "data/deep/c.txt");
    MUST_FAIL(history.List(main, {"nothing", false, "", 10}), Errc::NotFound);
    MUST_FAIL(history.List(main, {"README.md", false, "", 10}), Errc::NotFound);
    REQUIRE(MUST(history.List(main, {"", true, "", 0})).items.empty());
  });
}

TEST_CASE("PagesJoinToTheWholeListing") {
  Busy f;
  const auto main = f.Resolve("main");
  f.Read([&](History& history) {
    for (const bool recursive : {false, true}) {
      for (const char* folder : {"", "data"}) {
        const auto whole = Paths(MUST(history.List(main, {folder, recursive, "", 1000})));
        for (std::size_t limit = 1; limit < 5; ++limit) {
          History::Listing joined;
          std::string next;
          do {
            auto page = MUST(history.List(main, {folder, recursive, next, limit}));
            REQUIRE(page.items.size() <= limit);
            for (auto& item : page.items) joined.items.push_back(std::move(item));
            next = page.next;
          } while (!next.empty());
          REQUIRE(Paths(joined) == whole);
        }
      }
    }
  });
}

TEST_CASE("PathsAreLookedUpAsFilesOrFolders") {
  Busy f;
  const auto main = f.Resolve("main");
  f.Read([&](History& history) {
    const auto items = MUST(history.FindPaths(
        main, {"README.md", "data", "data/deep", "nothing", "data/a.txt/x", "", "weights.bin"}));
    REQUIRE(items.size() == 4);
    REQUIRE(items[0].entry.size_bytes == 3);
    REQUIRE_FALSE(items[0].entry.IsPointer());
    REQUIRE(items[1].is_folder);
    REQUIRE(items[2].path == "data/deep");
    REQUIRE(items[3].entry.IsPointer());
    REQUIRE(items[3].entry.size_bytes == 3000);
    const auto readme = MUST(history.ReadSmallFile(main, "README.md", 10));
    REQUIRE(AsText(*readme) == "two");
    MUST_FAIL(history.ReadSmallFile(main, "README.md", 2), Errc::TooLarge);
    REQUIRE_FALSE(MUST(history.ReadSmallFile(main, "data", 10)).has_value());
  });
}

TEST_CASE("LastCommitsAgreeWithGitLog") {
  Busy f;
  TempDirectory bare;
  ExportToGit(f, bare.path());
  const auto main = f.Resolve("main");
  f.Read([&](History& history) {
    std::vector<std::string> paths;
    for (const auto& item : MUST(history.List(main, {"", true, "", 1000})).items) {
      paths.push_back(item.path);
    }
    const auto found = MUST(history.LastCommits(main, paths));
    REQUIRE(found.size() == paths.size());
    for (const auto& path : paths) {
      INFO(path);
      REQUIRE(test::Git(bare.path(), {"log", "-1", "--format=%H", "main", "--", path}) ==
              found.at(path).oid.ToString() + "\n");
    }
    // Bounded work leaves out what is older.
    const auto recent = MUST(history.LastCommits(main, paths, 2));
    REQUIRE(recent.size() == 4);
    REQUIRE(recent.count("README.md") == 1);
    REQUIRE(MUST(history.LastCommits(main, {})).empty());
  });
}

TEST_CASE("ComparingRevisionsAgreesWithGitDiff") {
  Busy f;
  TempDirectory bare;
  ExportToGit(f, bare.path());
  f.Read([&](History& history) {
    const auto log = MUST(history.Log(f.Resolve("main"), 0, 100));
    const auto before = f.Resolve(log[5].oid.ToString());
    const auto after = f.Resolve("main");
    std::string ours;
    const auto difference = MUST(history.Compare(before, after, 100));
    REQUIRE(difference.complete);
    for (const auto& change : difference.changes) {
      ours += !change.before ? "A" : !change.after ? "D" : "M";
      ours += std::string(1, '\0') + change.path + std::string(1, '\0');
    }
    REQUIRE(ours == test::Git(bare.path(), {"diff", "--name-status", "--no-renames", "-z",
                                            before.commit.ToString(), "main"}));
    const auto cut = MUST(history.Compare(before, after, 2));
    REQUIRE_FALSE(cut.complete);
    REQUIRE(cut.changes.size() == 2);
  });
}

TEST_CASE("LostManifestNodesAreMadeAgainFromTheTree") {
  Busy f;
  MUST(f.database->Write([](Connection& c) { return c.Execute("DELETE FROM tree_node"); }));
  REQUIRE(f.ReadText("README.md") == "two");
  REQUIRE(f.Files() ==
          ".gitattributes README.md data-x.txt data/a.txt data/deep/c.txt weights.bin "
          "图像/数据.txt");
  f.CommitText("new", "x");  // on top of a manifest that is only made for it
  REQUIRE(f.ReadText("new") == "x");
  MUST(f.database->Write(
      [](Connection& c) { return c.Execute("UPDATE revision SET manifest = zeroblob(32)"); }));
  const auto main = f.Resolve("main");
  f.Read([&](History& history) { MUST_FAIL(history.FindFile(main, "new"), Errc::Corrupt); });
}
