// Pushes and pulls of somebody without a home, or with one that takes nothing.
#include <algorithm>

#include "tests/cli/served_node.h"

using namespace banyan;
using namespace banyan::cli;

namespace {

struct Fixture {
  ServedNode node;
  ProgramRunner alice;
  const std::string token = node.NewUser("alice");
  const std::string source = ParentDirectory(alice.Write("src/a.txt", "one"));

  // The remarks of a push and a pull that work all the same.
  std::string Remarks(const std::string& name) {
    const auto place = alice.home.Join("dest-" + name);
    alice.Output(
        {"push", source, "alice/" + name, "--create", "--node", node.url(), "--token", token});
    auto remarks = alice.terminal.error();
    alice.Output(
        {"pull", "alice/" + name, "--dest", place, "--node", node.url(), "--token", token});
    MUST(DiskFileSystem().Stat(place + "/a.txt"));
    return remarks + alice.terminal.error();
  }
};

}  // namespace

TEST_CASE("AHomeIsNotNeeded") {
  Fixture f;
  CHECK(f.Remarks("a").empty());
  f.alice.variables.erase("HOME");
  const auto without = f.Remarks("b");
  f.alice.variables["HOME"] = f.alice.Write("file", "") + "/home";
  const auto closed = f.Remarks("c");
  for (const auto& remarks : {without, closed}) {
    INFO(remarks);
    CHECK(remarks.find("this push is not remembered") != remarks.npos);
    CHECK(remarks.find("this pull is not remembered") != remarks.npos);
    CHECK(std::count(remarks.begin(), remarks.end(), '\n') == 2);
  }
}
