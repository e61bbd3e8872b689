// federation compliance: who holds, hides or refuses a repository.
#include "tests/cli/scripted_node.h"

using namespace banyan;
using namespace banyan::cli;

namespace {

Json Holder(const char* node, int held, const char* since, const Json& address = nullptr) {
  return Json{{"node", node},       {"address", address}, {"files", 2},
              {"bytes", 9'000'000}, {"held_files", held}, {"held_bytes", held * 4'500'000},
              {"since", since}};
}

const Json kAnswer{
    {"id", "lab/tiny"},
    {"node", "own"},
    {"status", "yanked"},
    {"reason", "quality"},
    {"answer", "hide"},
    {"answered", "2026-01-02T00:00:00.000Z"},
    {"receipts",
     {{{"node", "other"}, {"action", "stop"}, {"reason", "court"}, {"time", "2026-01-03"}}}},
    {"holders", {Holder("own", 2, "2026-01-01"), Holder("mirror", 1, "2026-01-05", "https://m")}},
    {"silent", {{{"node", "away"}, {"address", "https://a"}}}},
    {"heard", "2026-01-06T00:00:00.000Z"}};

}  // namespace

TEST_CASE("ComplianceShowsWhoHoldsBesideWhoHidesAndRefuses") {
  ScriptedNode node;
  node.answers["GET /api/models/lab/tiny/standing?ask=true"] = kAnswer;
  REQUIRE(node.runner.Output({"federation", "compliance", "lab/tiny"}) ==
          "own\thold\t\t2026-01-01\t2 of 2 files, 9.0 MB\t\n"
          "mirror\thold\t\t2026-01-05\t1 of 2 files, 4.5 MB of 9.0 MB\thttps://m\n"
          "own\thide\tquality\t2026-01-02T00:00:00.000Z\t\t\n"
          "other\tstop\tcourt\t2026-01-03\t\t\n");
  CHECK(node.runner.terminal.error().find("away at https://a did not say what it holds") !=
        std::string::npos);
  CHECK(node.runner.terminal.error().find("No peers were asked") == std::string::npos);
  CHECK(node.runner.OutputJson({"federation", "compliance", "lab/tiny"})["holders"].size() == 2);
}

TEST_CASE("WhatTheNodeSaysInItsLogIsNotShownTwice") {
  ScriptedNode node;
  auto answer = kAnswer;
  answer["receipts"][0]["node"] = "own";
  answer["holders"] = Json::array();
  answer["heard"] = nullptr;
  node.answers["GET /api/models/lab/tiny/standing?ask=true"] = answer;
  REQUIRE(node.runner.Output({"federation", "compliance", "lab/tiny"}) ==
          "own\tstop\tcourt\t2026-01-03\t\t\n");
  CHECK(node.runner.terminal.error().find("No peers were asked") != std::string::npos);
}
