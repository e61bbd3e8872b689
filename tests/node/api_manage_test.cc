#include "storage/base/random.h"
#include "storage/catalog/accounts.h"
#include "storage/catalog/tokens.h"
#include "tests/node/writing_node.h"

using namespace banyan;
using namespace banyan::node;
using storage::Role;

namespace {

struct Fixture : WritingNode {
  Reply Create(const Json& body, const std::string& token) {
    return Call("POST", "/api/repos/create", body, token);
  }
  Reply Delete(const std::string& target, const Json& body, const std::string& token) {
    return Call("DELETE", target, body, token);
  }
  Reply Put(const std::string& target, const Json& body, const std::string& token) {
    return Call("PUT", target, body, token);
  }
  void AddOrganisation(const std::string& name, const std::string& founder) {
    MUST(database().Write([&](storage::Connection& c) -> Status {
      const auto row = TRY(storage::FindNamespace(c, founder)).row;
      TRY(storage::CreateOrganisation(c, {name, "", row}, 1));
      return Ok();
    }));
  }
  void AddMember(const std::string& organisation, const std::string& user, Role role) {
    MUST(database().Write([&](storage::Connection& c) -> Status {
      const auto owner = TRY(storage::FindNamespace(c, organisation));
      return storage::SetMember(c, owner.row, TRY(storage::FindNamespace(c, user)).row, role);
    }));
  }
  std::string AddToken(const std::string& user, Role role) {
    std::string text;
    MUST(database().Write([&](storage::Connection& c) -> Status {
      const auto account = TRY(storage::FindNamespace(c, user));
      text = TRY(storage::CreateToken(c, SystemRandom(), {account.row, "more", role, {}}, 1)).text;
      return Ok();
    }));
    return text;
  }
};

const std::string kUrl(TestNode::kPublicUrl);

}  // namespace

TEST_CASE("CreatingGivesAUrlAndAFirstCommit") {
  Fixture hub;
  const auto made = hub.Create({{"name", "tiny"}, {"organization", nullptr}}, hub.alice);
  REQUIRE(made.status == 200);
  CHECK(made.Parsed()["url"] == kUrl + "/alice/tiny");
  CHECK(made.Parsed()["name"] == "alice/tiny");
  const auto info = hub.Get("/api/models/alice/tiny").Parsed();
  CHECK(info["sha"].get<std::string>().size() == 40);
  CHECK(info["siblings"][0]["rfilename"] == ".gitattributes");
  CHECK(info["private"] == false);

  const auto dataset =
      hub.Create({{"name", "words"}, {"type", "dataset"}, {"private", true}}, hub.alice);
  CHECK(dataset.Parsed()["url"] == kUrl + "/datasets/alice/words");
  CHECK(hub.Get("/api/datasets/alice/words").status == 401);
  CHECK(hub.Get("/api/datasets/alice/words", hub.alice).Parsed()["private"] == true);
}

TEST_CASE("CreatingTwiceIsAConflictThatNamesTheUrl") {
  Fixture hub;
  REQUIRE(hub.Create({{"name", "tiny"}}, hub.alice).status == 200);
  const auto again = hub.Create({{"name", "Tiny"}}, hub.alice);
  CHECK(again.status == 409);
  CHECK(again.Parsed()["url"] == kUrl + "/alice/tiny");
  CHECK(again.Parsed()["error"].is_string());
}

TEST_CASE("CreatingBringsFilesAndALicence") {
  Fixture hub;
  const Json files = {{{"path", "a.txt"}, {"content", "aGk="}, {"encoding", "base64"}},
                      {{"path", "b.txt"}, {"content", "ho"}}};
  REQUIRE(hub.Create({{"name", "tiny"}, {"license", "mit"}, {"files", files}}, hub.alice).status ==
          200);
  CHECK(hub.Get("/alice/tiny/resolve/main/a.txt").body == "hi");
  CHECK(hub.Get("/alice/tiny/resolve/main/b.txt").body == "ho");
  const auto info = hub.Get("/api/models/alice/tiny").Parsed();
  CHECK(info["cardData"]["license"] == "mit");
  CHECK(info["tags"].dump().find("license:mit") != std::string::npos);
  // What is no licence cannot end the front matter either.
  REQUIRE(hub.Create({{"name", "odd"}, {"license", "a: b\n---"}}, hub.alice).status == 200);
  CHECK(hub.Get("/api/models/alice/odd").Parsed()["cardData"]["license"] == "a: b\n---");
  const Json outside = {{{"path", "../a"}, {"content", ""}}};
  CHECK(hub.Create({{"name", "x"}, {"files", outside}}, hub.alice).status == 400);
}

TEST_CASE("OnlyMembersWithAWriteTokenCreate") {
  Fixture hub;
  hub.AddOrganisation("lab", "alice");
  const Json wish = {{"name", "tiny"}, {"organization", "lab"}};
  CHECK(hub.Create(wish, "").status == 401);
  const auto stranger = hub.Create(wish, hub.bob);
  CHECK(stranger.status == 403);
  // A namespace that nobody has is refused in the same words.
  const auto nowhere = hub.Create({{"name", "tiny"}, {"organization", "nil"}}, hub.bob);
  CHECK(nowhere.status == 403);
  hub.AddMember("lab", "bob", Role::Read);
  CHECK(hub.Create(wish, hub.bob).status == 403);
  hub.AddMember("lab", "bob", Role::Write);
  CHECK(hub.Create(wish, hub.AddToken("bob", Role::Read)).status == 403);
  CHECK(hub.Create(wish, hub.bob).status == 200);
}

TEST_CASE("BadNamesAndKindsAreRefused") {
  Fixture hub;
  for (const auto* name : {"", ".x", "a--b", "a..b", "x.git", "a b", "a/b/c", "../up", "x\u00e9"}) {
    INFO(name);
    CHECK(hub.Create({{"name", name}}, hub.alice).status == 400);
  }
  CHECK(hub.Create({{"name", 7}}, hub.alice).status == 400);
  CHECK(hub.Create({{"name", "x"}, {"type", "space"}}, hub.alice).status == 400);
  CHECK(hub.Create({{"name", "x"}, {"visibility", "protected"}}, hub.alice).status == 400);
  CHECK(hub.Send({"POST", "/api/repos/create", hub.alice, {}, "{\"name\": \"\xff\"}"}).status ==
        400);
  CHECK(hub.Number("SELECT count(*) FROM repository") == 0);
}

TEST_CASE("DeletingNeedsAnAdminAndThePresentName") {
  Fixture hub;
  hub.Create({{"name", "tiny"}}, hub.alice);
  const Json body = {{"name", "tiny"}, {"organization", "alice"}};
  CHECK(hub.Delete("/api/repos/delete", body, hub.bob).status == 403);
  CHECK(hub.Delete("/api/repos/delete", body, "").status == 401);
  REQUIRE(hub.Call("POST", "/api/repos/move",
                   {{"fromRepo", "alice/tiny"}, {"toRepo", "alice/small"}}, hub.alice)
              .status == 200);
  const auto by_old_name = hub.Delete("/api/repos/delete", body, hub.alice);
  CHECK(by_old_name.status == 404);
  CHECK(by_old_name.Header("X-Error-Code") == "RepoNotFound");
  CHECK(hub.Delete("/api/repos/delete", {{"name", "alice/small"}}, hub.alice).status == 200);
  CHECK(hub.Get("/api/models/alice/small", hub.alice).status == 404);
}

TEST_CASE("APrivateRepositoryIsAnsweredLikeNone") {
  Fixture hub;
  hub.Create({{"name", "secret"}, {"private", true}}, hub.alice);
  const auto ask = [&](const std::string& name) {
    return hub.Delete("/api/repos/delete", {{"name", name}, {"organization", "alice"}}, hub.bob);
  };
  CHECK(ask("secret").status == 404);
  CHECK(ask("secret").body == ask("nothing").body);
  const auto settings = hub.Put("/api/models/alice/secret/settings", Json::object(), hub.bob);
  CHECK(settings.body == hub.Put("/api/models/alice/none/settings", Json::object(), hub.bob).body);
}

TEST_CASE("MovingLeavesARedirectAndNeedsBothSides") {
  Fixture hub;
  hub.AddOrganisation("lab", "bob");
  hub.Create({{"name", "tiny"}}, hub.alice);
  hub.Create({{"name", "other"}}, hub.alice);
  const auto move = [&](const std::string& from, const std::string& to) {
    return hub.Call("POST", "/api/repos/move",
                    {{"fromRepo", from}, {"toRepo", to}, {"type", "model"}}, hub.alice);
  };
  CHECK(move("alice/tiny", "lab/tiny").status == 403);
  CHECK(move("alice/tiny", "alice/other").status == 409);
  CHECK(move("alice/tiny", "tiny").status == 400);
  CHECK(move("alice/tiny", "alice/small").status == 200);
  const auto old = hub.Get("/api/models/alice/tiny");
  CHECK(old.status == 307);
  CHECK(old.Header("Location") == "/prefix/api/models/alice/small");
}

TEST_CASE("SettingsChangeVisibilityGateAndDefaultBranch") {
  Fixture hub;
  hub.Create({{"name", "tiny"}}, hub.alice);
  const std::string target = "/api/models/alice/tiny/settings";
  const auto after = hub.Put(target, {{"visibility", "private"}, {"gated", "manual"}}, hub.alice);
  REQUIRE(after.status == 200);
  CHECK(after.Parsed()["private"] == true);
  CHECK(after.Parsed()["gated"] == "manual");
  CHECK(hub.Put(target, {{"private", false}, {"gated", false}}, hub.alice).Parsed()["gated"] ==
        false);
  CHECK(hub.Put(target, {{"gated", "perhaps"}}, hub.alice).status == 400);
  CHECK(hub.Put(target, {{"private", true}}, hub.bob).status == 403);
  CHECK(hub.Put(target, {{"defaultBranch", "dev"}}, hub.alice).status == 400);
  REQUIRE(hub.Call("POST", "/api/models/alice/tiny/branch/dev", Json::object(), hub.alice).status ==
          200);
  CHECK(hub.Put(target, {{"defaultBranch", "dev"}}, hub.alice).Parsed()["defaultBranch"] == "dev");
  CHECK(hub.Number("SELECT count(*) FROM repository WHERE head IS NOT described") == 0);
}
