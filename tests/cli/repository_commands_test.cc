// create, settings, mv, rm, tag, branch.
#include "tests/cli/scripted_node.h"

using namespace banyan;
using namespace banyan::cli;

TEST_CASE("CreateAsksForARepository") {
  ScriptedNode node;
  node.answers["POST /api/repos/create"] = Json{{"url", "http://x/alice/tiny"}};
  REQUIRE(node.runner.Output({"create", "alice/tiny"}) ==
          "Created alice/tiny on " + node.fake.url() + "\n");
  REQUIRE(node.Last() == "POST /api/repos/create " + DumpJson(Json{{"name", "tiny"},
                                                                   {"organization", "alice"},
                                                                   {"type", "model"},
                                                                   {"visibility", "public"}}));
  const auto value = node.runner.OutputJson({"create", "datasets/alice/words", "--private"});
  REQUIRE(value["url"] == "http://x/alice/tiny");
  REQUIRE(node.Last().find(R"("visibility":"private")") != std::string::npos);
  REQUIRE(node.Last().find(R"("type":"dataset")") != std::string::npos);
}

TEST_CASE("CreateOfAnExistingRepositoryIsAConflictUnlessWanted") {
  ScriptedNode node;
  node.failures["POST /api/repos/create"] = 409;
  node.runner.Failure({"create", "alice/tiny"}, 5);
  REQUIRE(node.runner.Output({"create", "alice/tiny", "--exist-ok"}).starts_with("There is"));
  node.runner.Failure({"create", "tiny"}, 2);
  node.runner.Failure({"create", "alice/tiny@v1"}, 2);
}

TEST_CASE("SettingsShowAndChange") {
  ScriptedNode node;
  node.answers["GET /api/models/alice/tiny"] = Json{{"private", true}, {"gated", false}};
  node.answers["PUT /api/models/alice/tiny/settings"] = Json::object();
  REQUIRE(node.runner.Output({"settings", "alice/tiny"}) ==
          "repository: alice/tiny\nvisibility: private\ngated:      no\n");
  REQUIRE(node.fake.seen().size() == 1);
  node.runner.Output({"settings", "alice/tiny", "--public", "--gated", "no"});
  REQUIRE(node.fake.seen()[1].body == R"({"gated":false,"visibility":"public"})");
  node.runner.Failure({"settings", "alice/tiny", "--public", "--private"}, 2);
  node.runner.Failure({"settings", "alice/tiny", "--gated", "maybe"}, 2);
}

TEST_CASE("MvRenames") {
  ScriptedNode node;
  node.answers["POST /api/repos/move"] = Json::object();
  REQUIRE(node.runner.Output({"mv", "alice/tiny", "lab/small"}) == "alice/tiny is now lab/small\n");
  REQUIRE(node.Last() == R"(POST /api/repos/move )"
                         R"({"fromRepo":"alice/tiny","toRepo":"lab/small","type":"model"})");
  node.runner.Failure({"mv", "alice/tiny", "datasets/alice/tiny"}, 2);
}

TEST_CASE("RmDeletesFilesInOneCommit") {
  ScriptedNode node;
  node.answers["POST /api/models/alice/tiny/commit/main"] =
      Json{{"commitOid", std::string(40, 'a')}};
  REQUIRE(node.runner.Output({"rm", "alice/tiny", "old.bin", "logs/"}) ==
          "Deleted from alice/tiny in commit aaaaaaaaaaaa\n");
  const auto seen = node.fake.seen().back();
  REQUIRE(seen.content_type == "application/x-ndjson");
  REQUIRE(seen.body ==
          "{\"key\":\"header\",\"value\":{\"summary\":\"Delete 2 paths\"}}\n"
          "{\"key\":\"deletedFile\",\"value\":{\"path\":\"old.bin\"}}\n"
          "{\"key\":\"deletedFolder\",\"value\":{\"path\":\"logs/\"}}\n");
}

TEST_CASE("RmOfARepositoryWantsToBeMeant") {
  ScriptedNode node;
  node.answers["DELETE /api/repos/delete"] = Json::object();
  node.runner.Failure({"rm", "alice/tiny"}, 2);
  node.runner.terminal.is_terminal = true;
  node.runner.terminal.answers = {"yes"};
  node.runner.Failure({"rm", "alice/tiny"}, 130);
  REQUIRE(node.fake.seen().empty());
  node.runner.terminal.answers = {"alice/tiny"};
  REQUIRE(node.runner.Run({"rm", "alice/tiny"}) == 0);
  REQUIRE(node.Last() ==
          "DELETE /api/repos/delete "
          R"({"name":"tiny","organization":"alice","type":"model"})");
  node.runner.terminal.is_terminal = false;
  node.runner.Output({"rm", "datasets/alice/words", "--yes"});
  REQUIRE(node.Last().find(R"("type":"dataset")") != std::string::npos);
}

TEST_CASE("TagsAndBranchesAreListedMadeAndDeleted") {
  ScriptedNode node;
  node.answers["GET /api/models/alice/tiny/refs"] =
      Json{{"branches", Json::array({Json{{"name", "main"}, {"targetCommit", "c1"}}})},
           {"tags",
            {{{"name", "v1"}, {"targetCommit", "c2"}},
             {{"name", "v2"}, {"targetCommit", "c3"}, {"message", "Second\n\nIt is better."}}}}};
  REQUIRE(node.runner.Output({"tag", "list", "alice/tiny"}) == "v1\tc2\t\nv2\tc3\tSecond\n");
  REQUIRE(node.runner.OutputJson({"tag", "list", "alice/tiny"})[1]["message"] ==
          "Second\n\nIt is better.");
  REQUIRE(node.runner.Output({"branch", "list", "alice/tiny"}) == "main\tc1\n");
  REQUIRE(node.runner.OutputJson({"branch", "list", "alice/tiny"})[0]["name"] == "main");

  node.answers["POST /api/models/alice/tiny/tag/HEAD"] = Json::object();
  node.runner.Output({"tag", "create", "alice/tiny", "v2", "-m", "Second"});
  REQUIRE(node.Last() == R"(POST /api/models/alice/tiny/tag/HEAD {"message":"Second","tag":"v2"})");
  node.answers["POST /api/models/alice/tiny/tag/a%2Fb"] = Json::object();
  node.runner.Output({"tag", "create", "alice/tiny@a/b", "v3"});

  node.answers["POST /api/models/alice/tiny/branch/x%2Fy"] = Json::object();
  node.runner.Output({"branch", "create", "alice/tiny@v1", "x/y"});
  REQUIRE(node.Last() == R"(POST /api/models/alice/tiny/branch/x%2Fy {"startingPoint":"v1"})");

  node.answers["DELETE /api/models/alice/tiny/tag/v1"] = Json::object();
  node.answers["DELETE /api/models/alice/tiny/branch/x%2Fy"] = Json::object();
  REQUIRE(node.runner.Output({"tag", "delete", "alice/tiny", "v1"}) ==
          "Deleted tag v1 of alice/tiny\n");
  node.runner.Output({"branch", "delete", "alice/tiny", "x/y"});
  node.runner.Failure({"tag", "delete", "alice/tiny", "nothing"}, 3);

  node.answers["PUT /api/models/alice/tiny/settings"] = Json::object();
  node.runner.Output({"branch", "default", "alice/tiny", "x/y"});
  REQUIRE(node.Last() == R"(PUT /api/models/alice/tiny/settings {"defaultBranch":"x/y"})");
}
