// Wishes that would fetch nothing, or not what was meant.
#include "tests/cli/served_node.h"

using namespace banyan;
using namespace banyan::cli;

TEST_CASE("APullWhosePatternsMatchNothingSaysSo") {
  ServedNode node;
  ProgramRunner alice;
  node.Login(alice, node.NewUser("alice"));
  const auto folder = ParentDirectory(alice.Write("src/a.txt", "a"));
  alice.Output({"push", folder, "alice/m", "--create"});
  const auto place = alice.home.Join("dest");
  const auto message = alice.Failure({"pull", "alice/m", "--dest", place, "--include", "zzz"}, 3);
  CHECK(message.find("no file of alice/m matches --include") != message.npos);
  alice.Output({"pull", "alice/m", "--dest", place, "--include", "*.txt"});
}
