// Wishes that would delete more than anybody meant.
#include <sys/stat.h>
#include <unistd.h>

#include "node/data_directory.h"
#include "tests/cli/served_node.h"
#include "tests/support/without_root.h"

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
  std::string Files() { return alice.Output({"ls", "-r", "alice/m"}); }
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

TEST_CASE("WhatTheBranchHasMoreIsCounted") {
  Fixture f;
  const auto push = [&](std::vector<std::string> more) {
    std::vector<std::string> command{"push", f.folder, "alice/m"};
    command.insert(command.end(), more.begin(), more.end());
    return f.alice.Output(command);
  };
  CHECK(push({}) == "nothing differs: alice/m is as the folder is\n");
  MUST(DiskFileSystem().Remove(f.folder + "/b.bin"));
  CHECK(push({}) ==
        "nothing differs of what the folder has; alice/m has 1 file more, kept without "
        "--delete\n");
  CHECK(push({"--include", "*.txt"}) == "nothing differs: alice/m is as the folder is\n");
  CHECK(f.alice.OutputJson({"push", f.folder, "alice/m"})["kept_files"] == 1);
  CHECK(f.alice.OutputJson({"push", f.folder, "alice/m", "--delete"})["kept_files"] == 0);
  CHECK(push({}) == "nothing differs: alice/m is as the folder is\n");
}

TEST_CASE("WhatCannotBeReadIsNotDeleted") {
  Fixture f;
  f.alice.Write("src/sub/kept.txt", "k");
  f.alice.Output({"push", f.folder, "alice/m"});
  MUST(DiskFileSystem().Remove(f.folder + "/b.bin"));
  const std::string closed = f.folder + "/sub";
  REQUIRE(::chmod(closed.c_str(), 0) == 0);
  {
    const WithoutRoot nobody(f.alice.home.path());
    const auto push = f.alice.Failure({"push", f.folder, "alice/m", "--delete"}, 8);
    CHECK(push.find(closed + ": Permission denied") != push.npos);
    f.alice.Failure({"verify", f.folder, "alice/m", "--strict"}, 8);
  }
  CHECK(f.Has("sub/kept.txt"));
  CHECK(f.Has("b.bin"));
  REQUIRE(::chmod(closed.c_str(), 0700) == 0);
  f.alice.Output({"push", f.folder, "alice/m", "--delete"});
  CHECK(f.Has("sub/kept.txt"));
  CHECK_FALSE(f.Has("b.bin"));
}

TEST_CASE("APushToNowhereSaysHowToMakeIt") {
  Fixture f;
  const auto branch = f.alice.Failure({"push", f.folder, "alice/m", "--branch", "nobranch"}, 3);
  CHECK(branch.find("`banyan branch create alice/m nobranch`") != branch.npos);
  const auto repository = f.alice.Failure({"push", f.folder, "alice/none"}, 3);
  CHECK(repository.find("to make alice/none, add --create") != repository.npos);
  const auto impossible =
      f.alice.Failure({"push", f.folder, "alice/m", "--branch", "bad..name"}, 2);
  CHECK(impossible.find("branch create") == impossible.npos);
  f.alice.Output({"branch", "create", "alice/m", "nobranch"});
  f.alice.Output({"push", f.folder, "alice/m", "--branch", "nobranch"});
}

TEST_CASE("LinksOutOfTheFolderAreSentOnlyWhenAllowed") {
  Fixture f;
  const auto secret = f.alice.Write("elsewhere/secret.txt", "secret");
  REQUIRE(::symlink(secret.c_str(), (f.folder + "/link.txt").c_str()) == 0);
  REQUIRE(::symlink("a.txt", (f.folder + "/inside.txt").c_str()) == 0);
  const auto message = f.alice.Failure({"push", f.folder, "alice/m"}, 2);
  CHECK(message.find("\"link.txt\" is a link to something outside the folder") != message.npos);
  CHECK_FALSE(f.Has("link.txt"));
  f.alice.Output({"push", f.folder, "alice/m", "--exclude", "link.txt"});
  CHECK(f.Has("inside.txt"));
  CHECK_FALSE(f.Has("link.txt"));
  f.alice.Output({"push", f.folder, "alice/m", "--follow-links"});
  CHECK(f.Has("link.txt"));
}

TEST_CASE("ASnapshotOfACacheIsPushedThroughItsLinks") {
  Fixture f;
  const auto blob = f.alice.Write("models--x--y/blobs/abc", "weights");
  f.alice.Write("models--x--y/snapshots/rev/config.json", "{}");
  const auto snapshot = f.alice.home.Join("models--x--y/snapshots/rev");
  REQUIRE(::symlink("../../blobs/abc", (snapshot + "/model.bin").c_str()) == 0);
  f.alice.Output({"push", snapshot, "alice/m"});
  CHECK(f.Has("model.bin"));
}

TEST_CASE("FoldersOfToolsStayOutAtAnyDepth") {
  Fixture f;
  f.alice.Write("src/sub/.git/config", "x");
  f.alice.Write("src/sub/.cache/huggingface/x", "x");
  f.alice.Write("src/sub/kept.txt", "x");
  f.alice.Output({"push", f.folder, "alice/m"});
  CHECK(f.Has("sub/kept.txt"));
  CHECK_FALSE(f.Has(".git/config"));
  CHECK_FALSE(f.Has("huggingface"));
}

TEST_CASE("EveryNameThatCannotBeIsToldAtOnce") {
  Fixture f;
  f.alice.Write("src/A.txt", "differs in case from a.txt");
  f.alice.Write("src/bad\\name", "x");
  const auto message = f.alice.Failure({"push", f.folder, "alice/m"}, 2);
  CHECK(message.find("differ only in case") != message.npos);
  CHECK(message.find("bad") != message.npos);
}

TEST_CASE("WhatTheNodeWouldNotTakeIsRefusedBeforeItTravels") {
  ServedNode node("", [](node::Config& config) {
    config.quota_default = {100'000};
    config.upload_max_file = {90'000};
  });
  ProgramRunner alice;
  node.Login(alice, node.NewUser("alice"));
  const auto folder = ParentDirectory(alice.Write("src/a.bin", std::string(90'001, 'a')));
  const auto too_large = alice.Failure({"push", folder, "alice/m", "--create"}, 6);
  CHECK(too_large.find("has 90001 bytes, this node takes 90000") != too_large.npos);
  alice.Write("src/a.bin", std::string(60'000, 'a'));
  alice.Write("src/b.bin", std::string(60'000, 'b'));
  const auto over_quota = alice.Failure({"push", folder, "alice/m", "--create"}, 6);
  CHECK(over_quota.find("quota") != over_quota.npos);
  ProgramRunner bob;  // what is public takes his room as well
  node.Login(bob, node.NewUser("bob"));
  MUST(DiskFileSystem().Remove(folder + "/b.bin"));
  alice.Output({"push", folder, "alice/m", "--create"});
  bob.Write("src/first.bin", std::string(50'000, 'f'));
  bob.Output({"push", bob.home.Join("src"), "bob/m", "--create"});
  bob.Write("src/a.bin", std::string(60'000, 'a'));
  const auto public_file = bob.Failure({"push", bob.home.Join("src"), "bob/m"}, 6);
  CHECK(public_file.find("quota") != public_file.npos);
  MUST(node.node().data().database().Snapshot([](storage::Connection& c) -> Status {
    auto rows = c.Query(
        "SELECT (SELECT count(*) FROM upload_range) +"
        " (SELECT count(*) FROM repository_file WHERE committed = 0)");
    REQUIRE(rows.Next());
    CHECK(rows.Int(0) == 0);
    return rows.status();
  }));
}
