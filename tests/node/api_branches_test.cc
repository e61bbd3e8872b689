#include "tests/node/writing_node.h"

using namespace banyan;
using namespace banyan::node;

namespace {

struct Fixture : WritingNode {
  Reply Create(const Json& body, const std::string& token) {
    return Call("POST", "/api/repos/create", body, token);
  }
  Reply Delete(const std::string& target, const Json& body, const std::string& token) {
    return Call("DELETE", target, body, token);
  }
};

}  // namespace

TEST_CASE("BranchesAndTagsAreMadeAndDeleted") {
  Fixture hub;
  hub.Create({{"name", "tiny"}}, hub.alice);
  const std::string api = "/api/models/alice/tiny";
  CHECK(hub.Call("POST", api + "/branch/feature%2Fa", Json::object(), hub.alice).status == 200);
  CHECK(hub.Call("POST", api + "/branch/feature/a", Json::object(), hub.alice).status == 409);
  CHECK(hub.Call("POST", api + "/branch/b", {{"startingPoint", "none"}}, hub.alice)
            .Header("X-Error-Code") == "RevisionNotFound");
  CHECK(hub.Call("POST", api + "/branch/a..b", Json::object(), hub.alice).status == 400);
  CHECK(hub.Call("POST", api + "/branch/b", {{"emptyBranch", true}}, hub.alice).status == 200);
  CHECK(hub.Delete(api + "/branch/b", Json::object(), hub.bob).status == 403);
  CHECK(hub.Delete(api + "/branch/b", Json::object(), hub.alice).status == 200);
  CHECK(hub.Call("POST", api + "/tag/feature%2Fa", {{"tag", "v1"}, {"message", "First"}}, hub.alice)
            .status == 200);
  CHECK(hub.Call("POST", api + "/tag/main", {{"tag", "v1"}}, hub.alice).status == 409);
  for (const Json& branch : {Json::object(), Json{{"emptyBranch", true}}}) {
    const auto refused = hub.Call("POST", api + "/branch/v1", branch, hub.alice);
    CHECK(refused.status == 409);
    CHECK(refused.body.find("a tag is called v1 already") != std::string::npos);
  }
  const auto refs = hub.Get(api + "/refs").Parsed();
  CHECK(refs["branches"].size() == 2);
  CHECK(refs["tags"][0]["name"] == "v1");
  CHECK(hub.Delete(api + "/tag/v1", Json::object(), hub.alice).status == 200);
  CHECK(hub.Delete(api + "/branch/feature%2Fa", Json::object(), hub.alice).status == 200);
  const auto kept = hub.Delete(api + "/branch/main", Json::object(), hub.alice);
  CHECK(kept.status == 400);
  CHECK(kept.Parsed()["error"] ==
        "main is the default branch: choose another first, with `banyan branch default` or "
        "defaultBranch of the settings");
  CHECK(hub.Delete(api + "/branch/none", Json::object(), hub.alice).status == 404);
  CHECK(hub.Get(api + "/refs").Parsed()["branches"].size() == 1);
}

TEST_CASE("SquashingKeepsTheFiles") {
  Fixture hub;
  hub.Create({{"name", "tiny"}, {"license", "mit"}}, hub.alice);
  const std::string api = "/api/models/alice/tiny";
  const auto squashed =
      hub.Call("POST", api + "/super-squash/main", {{"message", "One"}}, hub.alice);
  REQUIRE(squashed.status == 200);
  const auto info = hub.Get(api).Parsed();
  CHECK(info["sha"] == squashed.Parsed()["commitOid"]);
  CHECK(info["siblings"].size() == 2);
}
