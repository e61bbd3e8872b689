#include "cli/card_check.h"

#include "tests/cli/scripted_node.h"

using namespace banyan;
using namespace banyan::cli;

namespace {

// What a node that answers so is understood to say.
Result<CardOpinion> Asked(int status, const std::string& body) {
  ProgramRunner runner;
  FakeNode fake([&](const FakeNode::Seen&, node::Response& response) {
    response.SetText("application/json", body);
    response.status = status;
  });
  ApiOptions options;
  options.node = MUST(NodeUrl::Parse(fake.url()));
  options.http.bypass_proxy = true;
  options.tries_max = 1;
  ApiClient client(runner.environment, options);
  return AskAboutCard(client, storage::RepositoryKind::Model, "x");
}

}  // namespace

TEST_CASE("ANodesOpinionHasErrorsAndWarnings") {
  const auto errors = MUST(Asked(400, R"({"errors": [{"message": "line 2: x"}], "warnings": []})"));
  CHECK(errors.errors == std::vector<std::string>{"line 2: x"});
  const auto warnings = MUST(Asked(200, R"({"errors": [], "warnings": [{"message": "y"}]})"));
  CHECK(warnings.errors.empty());
  CHECK(warnings.warnings == std::vector<std::string>{"y"});
}

TEST_CASE("ANodeWithoutAnOpinionIsNoObstacle") {
  for (const int status : {404, 405, 403, 413, 400, 200}) {
    for (const char* body : {"", R"({"error": "no"})"}) {
      INFO(status << body);
      CHECK(MUST(Asked(status, body)).errors.empty());
    }
  }
  MUST_FAIL(Asked(503, ""), Errc::Unavailable);
}
