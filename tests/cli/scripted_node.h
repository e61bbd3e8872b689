#pragma once
// A FakeNode that answers from a table: "GET /api/models/alice/tiny" -> JSON; others are 404.

#include <map>

#include "node/http/http_error.h"
#include "tests/cli/fake_node.h"
#include "tests/cli/program_runner.h"

namespace banyan::cli {

class ScriptedNode {
 public:
  std::map<std::string, Json> answers;
  std::map<std::string, int> failures;  // status instead of 404
  ProgramRunner runner;
  FakeNode fake{[this](const FakeNode::Seen& seen, node::Response& response) {
    const auto found = answers.find(seen.method + " " + seen.target);
    if (found != answers.end()) return response.SetJson(found->second);
    const auto failure = failures.find(seen.method + " " + seen.target);
    const int status = failure == failures.end() ? 404 : failure->second;
    node::Fail(response, status, "no answer for " + seen.method + " " + seen.target);
  }};

  ScriptedNode() { runner.variables["BANYAN_NODE"] = fake.url(); }

  // The last request as "METHOD target body".
  std::string Last() {
    const auto last = fake.seen().back();
    return last.method + " " + last.target + " " + last.body;
  }
};

}  // namespace banyan::cli
