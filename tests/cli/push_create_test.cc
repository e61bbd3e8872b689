// What a push with --create leaves behind when it fails, and what it asks before it makes anything.
#include <sys/stat.h>
#include <unistd.h>

#include "node/http/http_error.h"
#include "tests/cli/fake_node.h"
#include "tests/cli/served_node.h"
#include "tests/support/safetensors_bytes.h"

using namespace banyan;
using namespace banyan::cli;

namespace {

struct Fixture {
  ServedNode node{"", [](node::Config& config) { config.quota_default = {100'000}; }};
  ProgramRunner alice;
  std::string folder = alice.home.Join("src");

  Fixture() {
    node.Login(alice, node.NewUser("alice"));
    MUST(DiskFileSystem().CreateDirectories(folder));
  }
  std::string Refused(int code, const std::string& option = "--create") {
    return alice.Failure({"push", folder, "alice/m", "--create", option}, code);
  }
  bool Exists() { return alice.Run({"info", "alice/m"}) == 0; }
};

constexpr const char* kUnreadable = "---\nlicense: [mit\n---\n# M\n";

}  // namespace

TEST_CASE("ARefusedPushMakesNothing") {
  Fixture f;
  CHECK(f.Refused(2).find("holds no file to push: nothing was made") != std::string::npos);
  f.alice.Write("src/bad\\name", "x");
  f.Refused(2);
  MUST(DiskFileSystem().Remove(f.folder + "/bad\\name"));
  const auto secret = f.alice.Write("elsewhere", "secret");
  REQUIRE(::symlink(secret.c_str(), (f.folder + "/link").c_str()) == 0);
  f.Refused(2);
  CHECK_FALSE(f.Exists());
}

TEST_CASE("WhatAPushMadeGoesWhenTheNodeRefusesItsContent") {
  Fixture f;
  f.alice.Write("src/a.bin", std::string(60'000, 'a'));
  f.alice.Write("src/b.bin", std::string(60'000, 'b'));
  CHECK(f.Refused(6).find("quota") != std::string::npos);
  CHECK_FALSE(f.Exists());
  f.alice.Output({"create", "alice/m"});
  f.Refused(6);
  CHECK(f.Exists());  // that was not the push
  MUST(DiskFileSystem().Remove(f.folder + "/b.bin"));
  f.alice.Output({"push", f.folder, "alice/m", "--create"});
}

TEST_CASE("ANewRepositoryHasNoOtherBranchToPushTo") {
  Fixture f;
  f.alice.Write("src/a.bin", "a");
  CHECK(f.alice.Failure({"push", f.folder, "alice/m", "--create", "--branch", "dev"}, 3)
            .find("has no branch dev") != std::string::npos);
  CHECK_FALSE(f.Exists());
}

namespace {

// A node where the push of one file to a repository made for it fails with `status`.
struct FailingNode {
  int status = 500;
  bool somebody_commits = false;
  bool is_made = false;
  bool is_deleted = false;
  int asked = 0;
  ProgramRunner runner;
  FakeNode fake{[this](const FakeNode::Seen& seen, node::Response& response) {
    const auto has = [&](const char* text) { return seen.target.find(text) != std::string::npos; };
    if (has("/repos/create")) return Made(response);
    if (has("/repos/delete")) {
      is_deleted = true;
      return response.SetJson(Json::object());
    }
    if (!is_made) return node::Fail(response, 404, "nothing");
    if (seen.target.ends_with("/refs")) {
      const auto head = somebody_commits ? ++asked : 0;
      const Json main = {{"name", "main"}, {"targetCommit", head}};
      return response.SetJson(Json{{"branches", Json::array({main})}});
    }
    if (!has("/revision/")) return node::Fail(response, status, "no");
    const std::string digest(64, 'a');
    response.SetJson(
        Json{{"repository", digest}, {"commit", digest.substr(0, 40)}, {"manifest", digest}});
  }};

  void Made(node::Response& response) {
    is_made = true;
    response.SetJson(Json::object());
  }
  // Standard error of the push.
  std::string Push(int code) {
    runner.variables["BANYAN_NODE"] = fake.url();
    runner.Write("src/a.bin", "a");
    return runner.Failure({"push", runner.home.Join("src"), "alice/m", "--create"}, code);
  }
};

}  // namespace

TEST_CASE("WhatAPushMadeStaysWhenItCanGoOnLater") {
  FailingNode node;
  CHECK(node.Push(7).find("alice/m was made for this push and stays") != std::string::npos);
  CHECK_FALSE(node.is_deleted);
}

TEST_CASE("WhatAPushMadeIsTakenBackUnlessSomebodyUsedIt") {
  for (const bool somebody : {false, true}) {
    FailingNode node;
    node.status = 400;
    node.somebody_commits = somebody;
    const bool stays = node.Push(2).find("stays") != std::string::npos;
    CHECK(stays == somebody);
    CHECK(node.is_deleted == !somebody);
  }
}

TEST_CASE("ATokenThatMayOnlyReadIsTold") {
  Fixture f;
  f.alice.Write("src/a.bin", "a");
  f.alice.variables["BANYAN_TOKEN"] = f.node.NewUser("bob", storage::Role::Read);
  CHECK(f.alice.Failure({"push", f.folder, "bob/m", "--create"}, 4).find("may only read") !=
        std::string::npos);
  CHECK(f.alice.Failure({"create", "bob/m"}, 4).find("may only read") != std::string::npos);
}

TEST_CASE("ACardThatCannotBeReadIsRefusedBeforeAnythingIsMade") {
  Fixture f;
  f.alice.Write("src/README.md", kUnreadable);
  const auto message = f.Refused(2);
  CHECK(message.find("README.md: line ") != message.npos);
  CHECK(message.find("mend it, or send it as it is with --force-card") != message.npos);
  CHECK_FALSE(f.Exists());
  f.alice.Output({"push", f.folder, "alice/m", "--create", "--force-card"});
  CHECK(f.alice.terminal.error().find("README.md: line ") != std::string::npos);
  f.alice.Write("src/README.md", "---\nlicense: of my own\n---\n# M\n");
  f.alice.Output({"push", f.folder, "alice/m"});
  CHECK(f.alice.terminal.error().find("README.md: ") != std::string::npos);  // a remark
  f.alice.Write("src/README.md", kUnreadable);
  f.alice.Output({"push", f.folder, "alice/m", "--exclude", "README.md"});
}

TEST_CASE("ABrokenWeightFileIsRefusedWithAllOfItsPush") {
  Fixture f;
  const auto write = [&](std::size_t data_bytes) {
    f.alice.Write("src/model.safetensors", AsText(SafetensorsBytes("{}", Bytes(data_bytes))));
  };
  write(1);
  const auto refused = f.Refused(2);
  CHECK(refused.find("model.safetensors: safetensors header: tensors do not fill the file: nothing "
                     "was committed; write or download the file again") != refused.npos);
  CHECK_FALSE(f.Exists());
  write(0);
  const auto pushed = f.alice.OutputJson({"push", f.folder, "alice/m", "--create"});
  write(2);
  f.alice.Write("src/a.txt", "beside");
  f.alice.Failure({"push", f.folder, "alice/m"}, 2);
  CHECK(f.alice.OutputJson({"log", "alice/m"})[0]["id"] == pushed["commit"]);
}

TEST_CASE("WhatIsNoFileIsNamed") {
  Fixture f;
  f.alice.Write("src/a.bin", "a");
  f.alice.Write("elsewhere/b.bin", "b");
  REQUIRE(::symlink("nowhere", (f.folder + "/dangling").c_str()) == 0);
  REQUIRE(::symlink("../elsewhere", (f.folder + "/folder").c_str()) == 0);
  REQUIRE(::mkfifo((f.folder + "/pipe").c_str(), 0600) == 0);
  f.alice.Output({"push", f.folder, "alice/m", "--create"});
  CHECK(f.alice.terminal.error() ==
        "left out, for only files can be sent: \"dangling\" (a link to nothing), \"folder\" (a "
        "link to a folder), \"pipe\" (a named pipe)\n");
  f.alice.Output({"push", f.folder, "alice/m", "--include", "*.bin"});
  CHECK(f.alice.terminal.error().empty());
  for (int i = 0; i < 9; ++i) {
    REQUIRE(::symlink("nowhere", (f.folder + "/d" + std::to_string(i)).c_str()) == 0);
  }
  f.alice.Output({"push", f.folder, "alice/m"});
  CHECK(f.alice.terminal.error().find(", and 2 more\n") != std::string::npos);
}
