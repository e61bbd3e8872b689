#include "tests/node/test_node.h"

using namespace banyan;
using namespace banyan::node;

TEST_CASE("ListsOfSpacesAreEmpty") {
  TestNode node;
  for (const std::string target :
       {"/api/spaces", "/api/spaces?author=alice&limit=5", "/api/spaces/semantic-search?q=x"}) {
    INFO(target);
    const auto reply = node.Get(target);
    CHECK(reply.status == 200);
    CHECK(reply.Parsed() == Json::array());
  }
}

TEST_CASE("ASpaceIsMissingAsClientsUnderstandIt") {
  TestNode node;
  const auto alice = node.NewUser("alice");
  node.Create(alice, "demo");  // a model: its name is no space's
  const std::pair<std::string, std::string> asked[] = {
      {"GET", "/api/spaces/alice/demo"},
      {"HEAD", "/api/spaces/alice/demo"},
      {"GET", "/api/spaces/one-word"},
      {"GET", "/api/spaces/alice/demo/revision/main"},
      {"GET", "/api/spaces/alice/demo/tree/main?recursive=true"},
      {"GET", "/api/spaces/alice/demo/refs"},
      {"GET", "/api/spaces/alice/demo/commits/main"},
      {"POST", "/api/spaces/alice/demo/paths-info/main"},
      {"POST", "/api/spaces/alice/demo/commit/main"},
      {"PUT", "/api/spaces/alice/demo/settings"},
      {"DELETE", "/api/spaces/alice/demo/branch/b"},
      {"GET", "/spaces/alice/demo"},
      {"GET", "/spaces/alice/demo/resolve/main/app.py"},
      {"HEAD", "/spaces/alice/demo/resolve/main/app.py"},
      {"GET", "/spaces/alice/demo.git/info/refs?service=git-upload-pack"},
      {"POST", "/spaces/alice/demo.git/info/lfs/objects/batch"},
  };
  for (const auto& [method, target] : asked) {
    for (const auto& token : {std::string(), alice}) {
      INFO(method << " " << target);
      const auto reply = node.Send({method, target, token, {}, ""});
      CHECK(reply.status == 404);
      CHECK(reply.Header("X-Error-Code") == "RepoNotFound");
      CHECK(reply.Header("X-Error-Message").find("models and datasets only") != std::string::npos);
    }
  }
}

TEST_CASE("ASpaceIsNeitherMadeNorDeleted") {
  TestNode node;
  const auto alice = node.NewUser("alice");
  const Json space = {{"name", "demo"}, {"type", "space"}};
  CHECK(node.Post("/api/repos/create", alice, space).status == 400);
  const auto gone = node.Send({"DELETE", "/api/repos/delete", alice, {}, DumpJson(space)});
  CHECK(gone.status == 404);
  CHECK(gone.Header("X-Error-Code") == "RepoNotFound");
}
