#pragma once
// A node with two users who write, asked by its operator.

#include "tests/node/writing_node.h"
#include "tests/support/store_fixture.h"

namespace banyan::node {

inline const std::string kAdmin = "/api/banyan/v0/admin/";

struct AdminNode : WritingNode {
  using WritingNode::WritingNode;
  Reply Ask(const std::string& operation, const Json& arguments = Json::object()) {
    return Post(kAdmin + operation, operator_token(), arguments);
  }
  // The answer to one that must succeed.
  Json Done(const std::string& operation, const Json& arguments = Json::object()) {
    const auto reply = Ask(operation, arguments);
    INFO(operation << " " << reply.body);
    REQUIRE(reply.status == 200);
    return reply.Parsed();
  }
  int Refused(const std::string& operation, const Json& arguments) {
    const auto reply = Ask(operation, arguments);
    INFO(operation << " " << reply.body);
    CHECK_FALSE(reply.Parsed()["error"].get<std::string>().empty());
    return reply.status;
  }
  Json AwaitTask() {
    for (;;) {
      auto state = Get(kAdmin + "task", operator_token()).Parsed();
      if (state["state"] != "running") return state;
      SystemClock().SleepMs(1);
    }
  }
  // The last state of a long one.
  Json Long(const std::string& operation, const Json& arguments = Json::object()) {
    const auto reply = Ask(operation, arguments);
    INFO(operation << " " << reply.body);
    REQUIRE(reply.status == 202);
    REQUIRE(reply.Parsed()["name"] == operation);
    return AwaitTask();
  }
  Json Result(const std::string& operation, const Json& arguments = Json::object()) {
    auto state = Long(operation, arguments);
    INFO(DumpJson(state));
    REQUIRE(state["state"] == "done");
    return state["result"];
  }
  std::string Failure(const std::string& operation, const Json& arguments) {
    const auto state = Long(operation, arguments);
    INFO(DumpJson(state));
    REQUIRE(state["state"] == "failed");
    return state["code"];
  }
  std::vector<std::string> Names(const Json& list, const char* member = "name") {
    std::vector<std::string> names;
    for (const auto& item : list) names.push_back(item[member]);
    return names;
  }
};

// Text that does not compress, the same for the same seed.
inline std::string RandomText(std::size_t size, std::uint64_t seed) {
  return std::string(AsText(banyan::tests::Noise(size, seed)));
}

}  // namespace banyan::node
