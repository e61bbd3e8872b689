// Wishes that would delete more than anybody meant.
#include "tests/cli/served_node.h"

using namespace banyan;
using namespace banyan::cli;

namespace {

struct Fixture {
  ServedNode node;
  ProgramRunner alice;
  std::string folder;

  Fixture() {
    node.Login(alice, node.NewUser("alice"));
    alice.Output({"create", "alice/m"});
    folder = ParentDirectory(alice.Write("src/a.txt", "a"));
    alice.Write("src/b.bin", "b");
    alice.Output({"push", folder, "alice/m"});
  }
  std::string Files() { return alice.Output({"ls", "alice/m"}); }
  bool Has(const std::string& path) { return Files().find(path) != std::string::npos; }
};

}  // namespace

TEST_CASE("DeletingIsForWhatTheFiltersName") {
  Fixture f;
  MUST(DiskFileSystem().Remove(f.folder + "/a.txt"));
  MUST(DiskFileSystem().Remove(f.folder + "/b.bin"));
  f.alice.Write("src/c.bin", "c");
  f.alice.Output({"push", f.folder, "alice/m", "--delete", "--include", "*.bin"});
  CHECK(f.Has("a.txt"));
  CHECK(f.Has("c.bin"));
  CHECK_FALSE(f.Has("b.bin"));
  f.alice.Output({"push", f.folder, "alice/m", "--delete"});
  CHECK_FALSE(f.Has("a.txt"));
}

TEST_CASE("AnEmptyFolderOrAFileDeletesNothing") {
  Fixture f;
  const auto empty = f.alice.home.Join("empty");
  MUST(DiskFileSystem().CreateDirectories(empty));
  f.alice.Failure({"push", empty, "alice/m", "--delete"}, 2);
  f.alice.Failure({"push", f.folder + "/a.txt", "alice/m", "--delete"}, 2);
  f.alice.Failure({"push", f.folder, "alice/m", "--delete", "--include", "zzz"}, 2);
  f.alice.Failure({"push", f.folder, "alice/m", "--include", "zzz"}, 2);
  CHECK(f.Has("a.txt"));
  CHECK(f.Has("b.bin"));
}
