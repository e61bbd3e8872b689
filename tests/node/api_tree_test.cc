// tree, paths-info, refs and commits.
#include "node/http/uri.h"
#include "storage/content/merkle.h"
#include "tests/node/test_node.h"

using namespace banyan;
using namespace banyan::node;

namespace {

struct Fixture {
  TestNode node;
  std::string alice = node.NewUser("alice");
  Fixture() {
    node.Create(alice, "m");
    node.Commit(alice, "alice/m", {{"a/x.txt", "1"}, {"a/b/y.txt", "22"}, {"z", "333"}}, "first");
  }
  std::vector<std::string> Paths(const std::string& target) {
    std::vector<std::string> paths;
    for (const auto& item : node.Get(target).Parsed()) {
      paths.push_back(item["type"].get<std::string>().substr(0, 1) + " " +
                      item["path"].get<std::string>());
    }
    return paths;
  }
  // The path and query of a Link header's next page, without the public address.
  static std::string Next(const Reply& reply) {
    const auto link = reply.Header("Link");
    const std::string begin = "<" + std::string(TestNode::kPublicUrl);
    INFO(link);
    REQUIRE(link.starts_with(begin));
    REQUIRE(link.ends_with(">; rel=\"next\""));
    return link.substr(begin.size(), link.find('>') - begin.size());
  }
};

using Paths = std::vector<std::string>;

}  // namespace

TEST_CASE("TreesListFoldersAndAllBelow") {
  Fixture fixture;
  const std::string tree = "/api/models/alice/m/tree/main";
  CHECK(fixture.Paths(tree) == Paths{"f .gitattributes", "d a", "f z"});
  CHECK(fixture.Paths(tree + "?recursive=true&expand=false") ==
        Paths{"f .gitattributes", "d a", "d a/b", "f a/b/y.txt", "f a/x.txt", "f z"});
  CHECK(fixture.Paths(tree + "/a") == Paths{"d a/b", "f a/x.txt"});
  CHECK(fixture.Paths(tree + "/a%2Fb") == Paths{"f a/b/y.txt"});
  CHECK(fixture.Paths(tree + "/a/b?recursive=True") == Paths{"f a/b/y.txt"});
}

TEST_CASE("TreeItemsHaveIdsAndSizes") {
  Fixture fixture;
  const std::string content("\0lfs", 4);
  const auto commit = fixture.node.CommitLfs(fixture.alice, "alice/m", "w.bin", content);
  const auto items = fixture.node.Get("/api/models/alice/m/tree/" + commit).Parsed();
  const auto& file = items[2];
  CHECK(file["path"] == "w.bin");
  CHECK(file["size"] == 4);
  CHECK(file["lfs"] ==
        Json{{"oid", HashSha256(AsBytes(content)).ToString()}, {"size", 4}, {"pointerSize", 126}});
  CHECK(items[1]["size"] == 0);
  CHECK(items[1]["oid"].get<std::string>().size() == 40);
  const storage::ChunkList chunks = {{storage::HashChunk(AsBytes(content)), 4}};
  CHECK(file["xetHash"] == storage::HashFile(chunks).ToString());
  CHECK_FALSE(file.contains("lastCommit"));
}

TEST_CASE("ExpandedItemsNameTheirLastCommit") {
  Fixture fixture;
  fixture.node.Commit(fixture.alice, "alice/m", {{"z", "4"}}, "second\n\nbody");
  const auto items = fixture.node.Get("/api/models/alice/m/tree/main?expand=true").Parsed();
  CHECK(items[1]["path"] == "a");
  CHECK(items[1]["lastCommit"]["title"] == "first");
  CHECK(items[2]["lastCommit"]["title"] == "second");
  CHECK(items[2]["lastCommit"]["id"].get<std::string>().size() == 40);
  CHECK(items[2]["lastCommit"]["date"].get<std::string>().ends_with("Z"));
}

TEST_CASE("ExpandedFilesSayThatNobodyScannedThem") {
  Fixture fixture;
  const Json unscanned = {
      {"status", "unscanned"}, {"avScan", nullptr}, {"pickleImportScan", nullptr}};
  const std::string tree = "/api/models/alice/m/tree/main";
  const auto items = fixture.node.Get(tree + "?expand=true").Parsed();
  CHECK_FALSE(items[1].contains("securityFileStatus"));  // a folder
  CHECK(items[2]["securityFileStatus"] == unscanned);
  CHECK_FALSE(fixture.node.Get(tree).Parsed()[2].contains("securityFileStatus"));
  const auto one = fixture.node.Post("/api/models/alice/m/paths-info/main", "",
                                     {{"paths", {"z"}}, {"expand", true}});
  CHECK(one.Parsed()[0]["securityFileStatus"] == unscanned);
}

TEST_CASE("AMissingFolderIsAMissingEntry") {
  Fixture fixture;
  for (const char* path : {"none", "a/none", "z", "z/none"}) {
    INFO(path);
    const auto reply = fixture.node.Get("/api/models/alice/m/tree/main/" + std::string(path));
    CHECK(reply.status == 404);
    CHECK(reply.Header("X-Error-Code") == "EntryNotFound");
  }
  CHECK(fixture.node.Get("/api/models/alice/m/tree/none").Header("X-Error-Code") ==
        "RevisionNotFound");
  CHECK(fixture.node.Get("/api/models/alice/m/tree/none/a").Header("X-Error-Code") ==
        "RevisionNotFound");
}

TEST_CASE("TreesComeInPagesWithAbsoluteLinks") {
  Fixture fixture;
  std::string target = "/api/models/alice/m/tree/main?recursive=true&limit=4";
  const auto first = fixture.node.Get(target);
  CHECK(first.Parsed().size() == 4);
  const auto second = fixture.node.Get(Fixture::Next(first));
  CHECK(second.Parsed().size() == 2);
  CHECK(second.Header("Link") == "(none)");
  CHECK(second.Parsed()[1]["path"] == "z");
}

TEST_CASE("ABranchWithASlashIsFoundRawAndEncoded") {
  Fixture fixture;
  CHECK(fixture.node.Post("/api/models/alice/m/branch/feat%2Fone", fixture.alice, Json::object())
            .status == 200);
  const std::string tree = "/api/models/alice/m/tree/";
  CHECK(fixture.Paths(tree + "feat%2Fone/a") == Paths{"d a/b", "f a/x.txt"});
  CHECK(fixture.Paths(tree + "feat/one/a") == Paths{"d a/b", "f a/x.txt"});
  CHECK(fixture.Paths(tree + "feat/one").size() == 3);
  CHECK(fixture.node.Get("/api/models/alice/m/commits/feat/one").status == 200);
  CHECK(fixture.node.Get("/api/models/alice/m/revision/feat%2Fone").status == 200);
}

TEST_CASE("PathsInfoTakesFormsAndJson") {
  Fixture fixture;
  const auto ask = [&](const std::string& type, const std::string& body) {
    return fixture.node.Send(
        {"POST", "/api/models/alice/m/paths-info/main", "", {{"Content-Type", type}}, body});
  };
  const auto form =
      ask("application/x-www-form-urlencoded", "paths=a%2Fx.txt&paths=none&paths=a&expand=False");
  CHECK(form.status == 200);
  const auto items = form.Parsed();
  REQUIRE(items.size() == 2);
  CHECK(items[0]["path"] == "a/x.txt");
  CHECK(items[1]["type"] == "directory");
  const auto json = ask("application/json", "{\"paths\":[\"z\"],\"expand\":true}").Parsed();
  CHECK(json[0]["size"] == 3);
  CHECK(json[0]["lastCommit"]["title"] == "first");
  CHECK(ask("application/json", "{\"paths\":[1]}").status == 400);
  CHECK(ask("application/json", "nonsense").status == 400);
  CHECK(ask("application/json", "{}").Parsed() == Json::array());
}

TEST_CASE("RefsListBranchesTagsAndConverts") {
  Fixture fixture;
  const auto commit = fixture.node.Commit(fixture.alice, "alice/m", {{"b", "b"}});
  fixture.node.Post("/api/models/alice/m/tag/main", fixture.alice,
                    {{"tag", "v1"}, {"message", "one"}});
  fixture.node.Post("/api/models/alice/m/tag/main", fixture.alice, {{"tag", "v2"}});
  const auto refs = fixture.node.Get("/api/models/alice/m/refs").Parsed();
  CHECK(refs["branches"] ==
        Json{{{"name", "main"}, {"ref", "refs/heads/main"}, {"targetCommit", commit}}});
  CHECK(
      refs["tags"] ==
      Json{{{"name", "v1"}, {"ref", "refs/tags/v1"}, {"targetCommit", commit}, {"message", "one"}},
           {{"name", "v2"}, {"ref", "refs/tags/v2"}, {"targetCommit", commit}}});
  CHECK(refs["converts"] == Json::array());
  CHECK_FALSE(refs.contains("pullRequests"));
  CHECK(fixture.node.Get("/api/models/alice/m/refs?include_prs=1").Parsed()["pullRequests"] ==
        Json::array());
}

TEST_CASE("CommitsComeNewestFirstInPages") {
  Fixture fixture;
  fixture.node.Commit(fixture.alice, "alice/m", {{"b", "b"}}, "second <b>\n\nmore & more");
  const auto page = fixture.node.Get("/api/models/alice/m/commits/main?limit=1");
  CHECK(page.Header("X-Total-Count") == "3");
  const auto commits = page.Parsed();
  REQUIRE(commits.size() == 1);
  CHECK(commits[0]["title"] == "second <b>");
  CHECK(commits[0]["message"] == "more & more");
  CHECK(commits[0]["authors"][0]["user"] == "alice");
  CHECK(commits[0]["date"].get<std::string>().ends_with("Z"));
  const auto next = fixture.node.Get(Fixture::Next(page)).Parsed();
  CHECK(next[0]["title"] == "first");
  const auto all = fixture.node.Get("/api/models/alice/m/commits/HEAD");
  CHECK(all.Parsed().size() == 3);
  CHECK(all.Header("Link") == "(none)");
  CHECK(fixture.node.Get("/api/models/alice/m/commits/main?p=7").Parsed().empty());
  const auto formatted =
      fixture.node.Get("/api/models/alice/m/commits/main?expand[]=formatted").Parsed();
  CHECK(formatted[0]["formatted"]["title"] == "second &lt;b&gt;");
  CHECK(fixture.node.Get("/api/models/alice/m/commits/none").Header("X-Error-Code") ==
        "RevisionNotFound");
}
