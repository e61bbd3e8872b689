// What the ModelScope SDK asks to download.
#include "tests/node/test_node.h"

using namespace banyan;
using namespace banyan::node;

namespace {

const std::string kBinary("\0\1\2binary", 9);

struct Fixture {
  TestNode node;
  std::string alice = node.NewUser("alice");

  Fixture() {
    node.Create(alice, "m");
    node.Commit(alice, "alice/m", {{"config.json", "{\"a\":1}"}, {"dir/inner.txt", "inner"}});
    node.CommitLfs(alice, "alice/m", "w.bin", kBinary);
  }
  Json Data(const std::string& target, const std::string& token = "") const {
    const auto json = node.Get("/api/v1/" + target, token).Parsed();
    CHECK(json["Code"] == 200);
    CHECK(json["Success"] == true);
    return json["Data"];
  }
};

std::vector<std::string> PathsOf(const Json& data) {
  std::vector<std::string> paths;
  for (const auto& file : data["Files"]) paths.push_back(file["Path"]);
  return paths;
}

}  // namespace

TEST_CASE("ModelScopeFindsMasterFilesAndDigests") {
  Fixture f;
  CHECK(f.Data("models/alice/m")["Name"] == "m");
  const auto map = f.Data("models/alice/m/revisions")["RevisionMap"];
  CHECK(map["Branches"].size() == 2);  // main, and master for it
  CHECK(map["Branches"][1]["Revision"] == "master");
  const auto data = f.Data("models/alice/m/repo/files?Revision=master&Recursive=True");
  CHECK(PathsOf(data) ==
        std::vector<std::string>{".gitattributes", "config.json", "dir", "dir/inner.txt", "w.bin"});
  for (const auto& file : data["Files"]) {
    if (file["Type"] == "tree") continue;
    const auto path = file["Path"].get<std::string>();
    const auto reply = f.node.Get("/api/v1/models/alice/m/repo?Revision=master&FilePath=" + path);
    CHECK(reply.status == 200);
    CHECK(file["Sha256"] == HashSha256(AsBytes(reply.body)).ToString());
    CHECK(file["Size"] == reply.body.size());
  }
  CHECK(PathsOf(f.Data("models/alice/m/repo/files?Root=/dir/")).front() == "dir/inner.txt");
  const auto part = f.node.Send(
      {"GET", "/api/v1/models/alice/m/repo?FilePath=w.bin", "", {{"Range", "bytes=3-5"}}, {}});
  CHECK(part.status == 206);
  CHECK(part.body == "bin");
}

TEST_CASE("ABranchThatIsCalledMasterIsMaster") {
  Fixture f;
  const auto before = f.node.Get("/api/models/alice/m/revision/main").Parsed()["sha"];
  f.node.Post("/api/models/alice/m/branch/master", f.alice, Json::object());
  f.node.Commit(f.alice, "alice/m", {{"late.txt", "late"}});
  const auto files = f.Data("models/alice/m/repo/files?Revision=master");
  CHECK(files["Files"][0]["Revision"] == before);
  CHECK(f.Data("models/alice/m/repo/files?Revision=main")["Files"][0]["Revision"] != before);
}

TEST_CASE("ModelScopeListsDatasetsInPages") {
  Fixture f;
  f.node.Create(f.alice, "d", {{"type", "dataset"}});
  const auto info = f.Data("datasets/alice/d");
  const auto by_id = "datasets/" + info["Id"].get<std::string>() + "/repo/tree";
  for (const auto& base : {std::string("datasets/alice/d/repo/tree"), by_id}) {
    const auto first = f.Data(base + "?Recursive=True&PageNumber=1&PageSize=1&Root=/");
    CHECK(PathsOf(first) == std::vector<std::string>{".gitattributes"});
    CHECK(PathsOf(f.Data(base + "?Recursive=True&PageNumber=2&PageSize=1")).empty());
    // The last is 2^63 + 1: pages of two before it are none, by the arithmetic of 64 bits.
    for (const auto* far :
         {"18446744073709551615", "18446744073709551616", "9223372036854775809"}) {
      for (const auto* size : {"2", "1000"}) {
        CHECK(PathsOf(f.Data(base + "?PageNumber=" + far + "&PageSize=" + size)).empty());
      }
    }
  }
  CHECK(f.node.Get("/api/v1/datasets/alice/d/repo?FilePath=.gitattributes").status == 200);
}

TEST_CASE("ModelScopeFollowsADatasetToItsNewName") {
  Fixture f;
  f.node.Create(f.alice, "api", {{"type", "dataset"}});
  f.node.Post("/api/repos/move", f.alice,
              {{"fromRepo", "alice/api"}, {"toRepo", "alice/new"}, {"type", "dataset"}});
  const auto reply = f.node.Get("/api/v1/datasets/alice%2Fapi/repo/tree?Recursive=True");
  CHECK(reply.status == 307);
  CHECK(reply.Header("Location") == "/prefix/api/v1/datasets/alice/new/repo/tree?Recursive=True");
}

TEST_CASE("ModelScopeIsToldInItsOwnTerms") {
  Fixture f;
  for (const auto* path :
       {"models/alice/none", "models/alice/m/repo?FilePath=none",
        "models/alice/m/repo/files?Revision=none", "models/alice/m/repo/files?Root=none",
        "models/alice/m/repo", "datasets/none/repo/tree", "datasets/%2F/repo/tree"}) {
    INFO(path);
    const auto reply = f.node.Get("/api/v1/" + std::string(path), f.alice);
    CHECK(reply.status == 404);
    CHECK(reply.Parsed()["Code"] == 404);
    CHECK(reply.Parsed()["Success"] == false);
    CHECK_FALSE(reply.Parsed()["Message"].get<std::string>().empty());
  }
}

TEST_CASE("ModelScopeSignsInByACookie") {
  Fixture f;
  f.node.Create(f.alice, "mine", {{"private", true}});
  CHECK(f.node.Get("/api/v1/models/alice/mine").status == 401);
  CHECK(f.node.Post("/api/v1/login", "", {{"AccessToken", "wrong"}}).status == 401);
  CHECK(f.node.Post("/api/v1/login", "", Json::object()).status == 401);
  const auto reply = f.node.Post("/api/v1/login", "", {{"AccessToken", f.alice}});
  REQUIRE(reply.status == 200);
  CHECK(reply.Parsed()["Data"]["Username"] == "alice");
  const auto cookie = reply.Header("Set-Cookie");
  CHECK(cookie == "m_session_id=" + f.alice + "; Path=/api/v1/; HttpOnly; SameSite=Strict");
  const auto pair = cookie.substr(0, cookie.find(';'));
  const auto ask = [&](const std::string& path) {
    return f.node.Send({"GET", path, "", {{"Cookie", pair}}, {}}).status;
  };
  CHECK(ask("/api/v1/models/alice/mine") == 200);
  CHECK(ask("/api/models/alice/mine") == 401);  // no other route knows it
}
