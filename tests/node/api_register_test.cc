// New accounts, and what a node says about itself.
#include "tests/node/test_node.h"

using namespace banyan;
using namespace banyan::node;

TEST_CASE("AnybodyMayRegisterWhereTheOperatorAllowsIt") {
  TestNode node([](Config& config) { config.access_registration = true; });
  const std::string path = "/api/banyan/v0/register";
  const auto made = node.Post(path, "", {{"name", "carol"}, {"fullname", "Carol C"}});
  CHECK(made.status == 201);
  CHECK(made.Header("Cache-Control") == "no-store");
  const std::string token = made.Parsed()["token"];
  CHECK(node.Get("/api/whoami-v2", token).Parsed()["fullname"] == "Carol C");
  node.Create(token, "m");
  CHECK(node.Post(path, "", {{"name", "Carol"}}).status == 409);
  CHECK(node.Post(path, "", {{"name", "a b"}}).status == 400);
  CHECK(node.Post(path, "", {{"name", "api"}}).status == 400);
  CHECK(node.Post(path, "", Json::object()).status == 400);
}

TEST_CASE("NobodyRegistersWhereTheOperatorDoesNot") {
  TestNode node;
  CHECK(node.Post("/api/banyan/v0/register", "", {{"name", "carol"}}).status == 403);
}

TEST_CASE("ANodeSaysWhatItIs") {
  TestNode node([](Config& config) { config.upload_max_file = {1000}; });
  const auto info = node.Get("/api/banyan/v0/info").Parsed();
  CHECK(info["software"] == "banyan");
  CHECK(info["url"] == TestNode::kPublicUrl);
  CHECK(info["encodings"] == Json{0, 1, 2, 3});
  CHECK(info["limits"]["batch_bytes"] == 16 << 20);
  CHECK(info["limits"]["file_bytes"] == 1000);
  CHECK(info["registration"] == false);
}
