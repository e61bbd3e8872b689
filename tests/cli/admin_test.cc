// The operators' commands against a node that serves, and on its directory when it does not.
#include "node/data_directory.h"
#include "tests/cli/served_node.h"

using namespace banyan;
using namespace banyan::cli;

namespace {

struct Fixture {
  ServedNode node;
  ProgramRunner runner;
  Fixture() { node.Login(runner, node.OperatorToken()); }

  std::string Ok(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "admin");
    return runner.Output(std::move(arguments));
  }
  Json Asked(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "admin");
    return runner.OutputJson(std::move(arguments));
  }
  std::string Fails(std::vector<std::string> arguments, int code) {
    arguments.insert(arguments.begin(), "admin");
    return runner.Failure(std::move(arguments), code);
  }
  // A repository with one file, pushed by a new user alice.
  std::string PushAsAlice(std::string_view content) {
    ProgramRunner alice;
    node.Login(alice, node.NewUser("alice"));
    const auto file = alice.Write("src/a.txt", content);
    alice.Output({"create", "alice/m"});
    alice.Output({"push", ParentDirectory(file), "alice/m"});
    return alice.variables["BANYAN_TOKEN"];
  }
};

std::string Pulled(ServedNode& node, const std::string& token) {
  ProgramRunner runner;
  node.Login(runner, token);
  runner.Output({"pull", "alice/m", "--dest", runner.home.Join("dest")});
  const auto bytes = MUST(ReadFile(DiskFileSystem(), runner.home.Join("dest/a.txt"), 1 << 20));
  return std::string(AsText(bytes));
}

}  // namespace

TEST_CASE("AdminUsersAndTokensAreMadeOverTheNetwork") {
  Fixture f;
  CHECK(f.Ok({"users", "create", "alice", "--fullname", "Alice A."})
            .starts_with("Created user alice"));
  CHECK(f.Ok({"users", "list"}).find("alice\tAlice A.") != std::string::npos);
  const auto token = f.Ok({"tokens", "create", "alice", "laptop", "--role", "read"});
  REQUIRE(token.size() == storage::kTokenLength + 1);  // alone on its line
  ProgramRunner alice;
  f.node.Login(alice, token.substr(0, token.size() - 1));
  CHECK(alice.Failure({"create", "alice/m"}, 4).find("banyan: ") == 0);
  CHECK(f.Asked({"tokens", "list", "alice"})[0]["role"] == "read");
  CHECK(f.Ok({"tokens", "revoke", "alice", "laptop"}) == "Revoked token laptop of alice\n");
  CHECK(f.Fails({"tokens", "revoke", "alice", "laptop"}, 3).find("no token") != std::string::npos);
  CHECK(f.Ok({"users", "change", "alice", "--operator", "yes"}) == "Changed user alice\n");
  CHECK(f.Asked({"users", "list"})[0]["admin"] == true);
  CHECK(f.Ok({"users", "change", "alice", "--operator", "no"}) == "Changed user alice\n");
  f.Fails({"users", "change", "operator", "--operator", "no"}, 5);
  const auto nothing = f.Fails({"users", "change", "alice"}, 2);
  CHECK(nothing.find("nothing to change") != std::string::npos);
  CHECK(nothing.find("--fullname TEXT, --operator yes") != std::string::npos);
  f.Ok({"users", "change", "alice", "--fullname", ""});
  CHECK(f.Asked({"users", "list"})[0]["fullname"] == "");
  f.Fails({"users", "delete", "operator"}, 5);
  CHECK(f.Asked({"users", "list"}).size() == 2);
  CHECK(f.Ok({"users", "delete", "alice"}) == "Deleted user alice\n");
  f.Fails({"users", "delete", "alice"}, 3);
  f.Fails({"users", "create", "operator"}, 5);
  f.Fails({"users", "create", "a b"}, 2);
  f.Fails({"tokens", "create", "operator", "x", "--role", "owner"}, 2);
  f.Fails({"tokens", "create", "operator", "x", "--expires", "soon"}, 2);
}

TEST_CASE("AdminOrgsAndQuotasAreSetOverTheNetwork") {
  Fixture f;
  f.Ok({"users", "create", "alice"});
  f.Ok({"users", "create", "bob"});
  CHECK(f.Ok({"orgs", "create", "lab", "alice"}) == "Created organisation lab\n");
  CHECK(f.Ok({"orgs", "list"}).find("lab") != std::string::npos);
  CHECK(f.Asked({"orgs", "add", "lab", "bob"})[1]["role"] == "write");
  CHECK(f.Asked({"orgs", "members", "lab"}).size() == 2);
  CHECK(f.Asked({"orgs", "remove", "lab", "bob"}).size() == 1);
  f.Fails({"orgs", "remove", "lab", "alice"}, 5);
  CHECK(f.Ok({"quotas", "set", "lab", "50MB"}) == "The quota of lab is now 50MB\n");
  const auto quotas = f.Asked({"quotas", "list"});
  CHECK(quotas.back()["name"] == "lab");
  CHECK(quotas.back()["quota_bytes"] == 50'000'000);
  f.Ok({"quotas", "set", "lab", "default"});
  CHECK(f.Asked({"quotas", "list"}).back()["quota_bytes"].is_null());
  CHECK(f.Ok({"quotas", "set", "lab", "0"}) == "There is no limit for lab now\n");
  CHECK(f.Asked({"quotas", "list"}).back()["quota_bytes"] == 0);
  CHECK(f.Ok({"quotas", "list"}).find("lab\t0 B\tno limit\n") != std::string::npos);
  f.Fails({"quotas", "set", "lab", "much"}, 2);
  f.Fails({"quotas", "set", "nobody", "1GB"}, 3);
  CHECK(f.Ok({"orgs", "delete", "lab"}) == "Deleted organisation lab\n");
}

TEST_CASE("AdminCommandsAreForOperators") {
  Fixture f;
  f.node.Login(f.runner, f.node.NewUser("alice", storage::Role::Admin));
  f.Fails({"users", "list"}, 4);
  f.Fails({"gc"}, 4);
  f.runner.variables.erase("BANYAN_TOKEN");
  f.Fails({"users", "list"}, 4);
}

TEST_CASE("AdminUpkeepReportsWhatTheNodeDid") {
  Fixture f;
  f.PushAsAlice("hello");
  CHECK(f.Asked({"gc", "--dry-run"})["dry_run"] == true);
  CHECK(f.Ok({"gc", "--grace", "0", "--history-grace", "0"}).find("freed:") != std::string::npos);
  f.Fails({"gc", "--grace", "soon"}, 2);
  const auto scrub = f.Asked({"scrub"});
  CHECK(scrub["complete"] == true);
  CHECK(scrub["packs"] > 0);
  const auto last = std::to_string(scrub["last_pack"].get<int>());
  CHECK(f.Asked({"scrub", "--after", last})["packs"] == 0);
  f.Fails({"scrub", "--after", "the first"}, 2);
  const auto stats = f.Asked({"stats"});
  CHECK(stats["models"] == 1);
  CHECK(stats["stored_bytes"] > 0);
  CHECK(f.Ok({"doctor"}).find("good\tcatalog") != std::string::npos);
}

TEST_CASE("ARestoredNodeServesTheSameContent") {
  Fixture f;
  const auto alice = f.PushAsAlice("hello");
  const auto backup = f.runner.home.Join("backup");
  const auto restored = f.runner.home.Join("restored");
  f.Fails({"backup", "relative"}, 2);
  CHECK(f.Ok({"backup", backup}).find(backup) != std::string::npos);
  CHECK(f.Ok({"restore", backup, restored}).starts_with("Restored " + restored));
  f.Fails({"restore", backup, restored}, 5);
  f.Fails({"restore", f.runner.home.path(), f.runner.home.Join("other")}, 2);
  CHECK(f.Asked({"scrub", "--data", restored})["complete"] == true);
  f.node.Stop();
  ServedNode again(restored);
  CHECK(Pulled(again, alice) == "hello");
}

TEST_CASE("AdminWorksOnTheDirectoryOfAStoppedAndOfARunningNode") {
  Fixture f;
  f.runner.variables.erase("BANYAN_NODE");
  f.runner.variables.erase("BANYAN_TOKEN");
  const auto& data = f.node.data();
  // The running node is asked, with the first operator's token that lies there.
  f.Ok({"users", "create", "alice", "--data", data});
  CHECK(f.node.node().data().path() == data);
  f.node.Stop();
  CHECK(f.Asked({"users", "list", "--data", data}).size() == 2);
  const auto token = f.Ok({"tokens", "create", "alice", "t", "--data", data});
  CHECK(f.Asked({"gc", "--dry-run", "--data", data})["dry_run"] == true);
  f.Fails({"users", "list", "--data", f.runner.home.Join("none")}, 3);
  ServedNode again(data);
  ProgramRunner alice;
  again.Login(alice, token.substr(0, token.size() - 1));
  CHECK(alice.Output({"create", "alice/m"}).starts_with("Created alice/m"));
}
