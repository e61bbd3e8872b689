// Wishes that would fetch nothing, not what was meant, or overwrite somebody's work.
#include <unistd.h>

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

namespace {

struct Fixture {
  ServedNode node;
  ProgramRunner alice;
  std::string source;
  std::string place = alice.home.Join("dest");

  Fixture() {
    node.Login(alice, node.NewUser("alice"));
    source = ParentDirectory(alice.Write("src/a.txt", "one"));
    alice.Write("src/b.txt", "one");
    alice.Output({"push", source, "alice/m", "--create"});
    alice.Output({"pull", "alice/m", "--dest", place});
  }
  void PushNext(const std::string& content) {
    alice.Write("src/a.txt", content);
    alice.Write("src/b.txt", content);
    alice.Output({"push", source, "alice/m"});
  }
  std::string Read(const std::string& name) {
    const auto bytes = MUST(ReadFile(DiskFileSystem(), place + "/" + name, 1000));
    return std::string(AsText(bytes));
  }
};

}  // namespace

TEST_CASE("APullKeepsWhatWasChangedInItsFolder") {
  Fixture f;
  f.PushNext("two");
  f.alice.Write("dest/a.txt", "my own work");
  for (const char* option : {"--quiet", "--dry-run"}) {
    const auto message = f.alice.Failure({"pull", "alice/m", "--dest", f.place, option}, 5);
    CHECK(message.find("repository: a.txt: move them away, or replace them with --overwrite") !=
          message.npos);
  }
  CHECK(f.Read("a.txt") == "my own work");
  CHECK(f.Read("b.txt") == "one");  // nothing was fetched
  f.alice.Output({"pull", "alice/m", "--dest", f.place, "--exclude", "a.txt"});
  CHECK(f.Read("b.txt") == "two");
  f.alice.Output({"pull", "alice/m", "--dest", f.place, "--overwrite"});
  CHECK(f.Read("a.txt") == "two");
  f.PushNext("three");
  f.alice.Output({"pull", "alice/m", "--dest", f.place});
  CHECK(f.Read("a.txt") == "three");
}

TEST_CASE("ALinkToNothingIsInTheWayOfAPull") {
  Fixture f;
  f.PushNext("two");
  MUST(DiskFileSystem().Remove(f.place + "/b.txt"));
  REQUIRE(::symlink("../mine", (f.place + "/b.txt").c_str()) == 0);
  CHECK(f.alice.Failure({"verify", f.place, "alice/m"}, 9).find("2 changed") != std::string::npos);
  const auto message = f.alice.Failure({"pull", "alice/m", "--dest", f.place}, 5);
  CHECK(message.find("repository: b.txt: move them away") != message.npos);
  f.alice.Output({"pull", "alice/m", "--dest", f.place, "--overwrite"});
  CHECK(f.Read("b.txt") == "two");
  MUST_FAIL(DiskFileSystem().Stat(f.alice.home.Join("mine")), Errc::NotFound);
}

TEST_CASE("AFolderIsOfOneRepository") {
  Fixture f;
  f.alice.Output({"push", f.source, "alice/other", "--create"});
  const auto message = f.alice.Failure({"pull", "alice/other", "--dest", f.place}, 5);
  CHECK(message.find("holds a pull of another repository, alice/m (id ") != message.npos);
  f.alice.Output({"pull", "alice/other", "--dest", f.place, "--overwrite"});
  f.alice.Output({"pull", "alice/other", "--dest", f.place});
}

TEST_CASE("AnEmptyNameIsNoFolder") {
  Fixture f;
  CHECK(f.alice.Failure({"pull", "alice/m", "--dest", ""}, 2).find("--dest is empty") !=
        std::string::npos);
  f.alice.Failure({"pull", "alice/m", "--overwrite"}, 2);
  MUST_FAIL(DiskFileSystem().Stat(f.alice.home.Join(".cache/banyan/hub")), Errc::NotFound);
}

TEST_CASE("APullWithoutATokenNamesTheNodeOnce") {
  Fixture f;
  f.alice.Output({"create", "alice/secret", "--private"});
  f.alice.variables.erase("BANYAN_TOKEN");
  const auto message = f.alice.Failure({"pull", "alice/secret"}, 4);
  INFO(message);
  const auto at = message.find(f.node.url());
  REQUIRE(at != message.npos);
  CHECK(message.find(f.node.url(), at + 1) == message.npos);
}
