// login, logout, whoami, and cli/login_file.h.
#include "cli/login_file.h"

#include <sys/stat.h>

#include "tests/cli/fake_node.h"
#include "tests/cli/program_runner.h"
#include "tests/node/test_server.h"

using namespace banyan;
using namespace banyan::cli;

namespace {

constexpr const char* kToken = "hf_bnynAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

void AnswerWhoAmI(const FakeNode::Seen& seen, node::Response& response) {
  if (seen.authorization != std::string("Bearer ") + kToken) {
    response.status = 401;
    return response.SetJson(Json{{"error", "no"}});
  }
  response.SetJson(Json{
      {"type", "user"},
      {"name", "alice"},
      {"orgs", Json::array({Json{{"name", "lab"}, {"roleInOrg", "write"}}})},
      {"auth", {{"accessToken", {{"displayName", "laptop"}, {"role", "write"}}}}},
  });
}

std::string LoginPath(const ProgramRunner& runner) {
  return runner.home.Join(".config/banyan/login.json");
}

}  // namespace

TEST_CASE("LoginKeepsAPrivateTokenAndUsesItsNode") {
  FakeNode fake(AnswerWhoAmI);
  ProgramRunner runner;
  runner.terminal.answers = {std::string(kToken) + " "};
  REQUIRE(runner.Output({"login", "--node", fake.url()}) ==
          "Logged in to " + fake.url() + " as alice\n");
  struct stat stat {};
  REQUIRE(::stat(LoginPath(runner).c_str(), &stat) == 0);
  REQUIRE((stat.st_mode & 0777) == 0600);
  const auto who = runner.Output({"whoami"});
  REQUIRE(who.find("alice") != std::string::npos);
  REQUIRE(who.find("lab (write)") != std::string::npos);
  REQUIRE(who.find("laptop (write)") != std::string::npos);
  REQUIRE(who.find(kToken) == std::string::npos);
  REQUIRE(runner.Output({"logout"}) == "Logged out of " + fake.url() + "\n");
  REQUIRE(runner.Failure({"whoami", "--node", fake.url()}, 4).find("`banyan login`") !=
          std::string::npos);
  REQUIRE(runner.Failure({"logout", "--node", fake.url()}, 3).find("not logged in") !=
          std::string::npos);
}

TEST_CASE("LoginAsksOnATerminal") {
  FakeNode fake(AnswerWhoAmI);
  ProgramRunner runner;
  runner.terminal.is_terminal = true;
  runner.terminal.answers = {kToken};
  REQUIRE(runner.Run({"login", "--node", fake.url()}) == 0);
  REQUIRE(runner.terminal.error() == "Token for " + fake.url() + ": ");
}

TEST_CASE("WrongTokensAreNotKept") {
  FakeNode fake(AnswerWhoAmI);
  ProgramRunner runner;
  runner.terminal.answers = {"hf_wrong", "two words", ""};
  REQUIRE(runner.Failure({"login", "--node", fake.url()}, 4).find("hf_wrong") == std::string::npos);
  runner.Failure({"login", "--node", fake.url()}, 2);
  runner.Failure({"login", "--node", fake.url()}, 2);
  const auto message = runner.Failure({"login", "--node", fake.url()}, 2);  // nothing there
  REQUIRE(message.find("no token on standard input") != std::string::npos);
  REQUIRE(message.find("--token") != std::string::npos);
  MUST_FAIL(DiskFileSystem().Stat(LoginPath(runner)), Errc::NotFound);
}

TEST_CASE("LoginFileThatOthersCanReadIsRefused") {
  ProgramRunner runner;
  const auto path =
      runner.Write(".config/banyan/login.json", R"({"version":1,"default":"","nodes":{}})");
  MUST(LoginFile::Load(runner.environment));
  REQUIRE(::chmod(path.c_str(), 0640) == 0);
  MUST_FAIL(LoginFile::Load(runner.environment), Errc::Denied);
  REQUIRE(runner.Failure({"whoami"}, 4).find("chmod 600") != std::string::npos);
}

TEST_CASE("DamagedLoginFilesAreRecognised") {
  ProgramRunner runner;
  for (const auto* text : {"", "[]", "{}", R"({"version":2,"nodes":{}})",
                           R"({"version":1,"nodes":{"ftp://x":{"token":"t"}}})",
                           R"({"version":1,"nodes":{"http://x":{"user":"u"}}})"}) {
    INFO(text);
    runner.Write(".config/banyan/login.json", text);
    MUST_FAIL(LoginFile::Load(runner.environment), Errc::Corrupt);
  }
}

TEST_CASE("CredentialsComeFromOptionsThenEnvironmentThenLogin") {
  ProgramRunner runner;
  const auto find = [&](const std::string& node, const std::string& token) {
    return MUST(FindCredentials(runner.environment, {node, token}));
  };
  const auto further = [&](const std::string& node) {
    return MUST(FindCredentials(runner.environment, {node, "", true}));
  };
  REQUIRE(find("", "").node == NodeUrl::Default());
  REQUIRE(find("", "").token.empty());

  LoginFile logins;
  logins.Put({MUST(NodeUrl::Parse("http://a")), "alice", "ta"});
  logins.Put({MUST(NodeUrl::Parse("http://b")), "alice", "tb"});
  MUST(logins.Save(runner.environment));
  REQUIRE(find("", "").node.ToString() == "http://b");
  REQUIRE(find("", "").token == "tb");
  REQUIRE(find("http://a", "").token == "ta");
  REQUIRE(find("http://c", "").token.empty());

  runner.variables["BANYAN_TOKEN"] = "te";
  REQUIRE(find("", "").token == "te");
  REQUIRE(find("http://a", "").token == "te");
  REQUIRE(further("http://a").token == "ta");
  REQUIRE(further("http://c").token.empty());
  runner.variables["BANYAN_NODE"] = "http://c/";
  REQUIRE(find("", "").node.ToString() == "http://c");
  REQUIRE(find("", "").token == "te");
  REQUIRE(find("http://a", "").token == "ta");  // the variables belong together
  REQUIRE(find("http://a", "to").token == "to");
  REQUIRE(further("http://a").token == "ta");
  REQUIRE(further("http://c").token == "te");
  MUST_FAIL(FindCredentials(runner.environment, {"", "", true}), Errc::Invalid);

  runner.variables["BANYAN_NODE"] = "nonsense node";
  MUST_FAIL(FindCredentials(runner.environment, {"", ""}), Errc::Invalid);
}

TEST_CASE("ALoginRemembersWhoseCertificateToTrust") {
  const auto& certificate = node::SelfSignedCertificate();
  node::HttpServerOptions options;
  options.certificate_file = certificate.certificate_file;
  options.key_file = certificate.key_file;
  FakeNode fake(AnswerWhoAmI, options);
  ProgramRunner runner;
  runner.Output({"login", "--node", fake.url(), "--token", kToken, "--ca-file",
                 certificate.certificate_file});
  CHECK(runner.Output({"whoami"}).find("alice") != std::string::npos);
  runner.Failure({"whoami", "--ca-file", runner.Write("other.pem", "")}, 8);
}
