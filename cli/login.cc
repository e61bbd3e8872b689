// login, logout, whoami: which nodes know you.
#include <filesystem>

#include "cli/commands.h"
#include "cli/login_file.h"
#include "cli/session.h"
#include "cli/whoami.h"
#include "storage/base/json.h"

namespace banyan::cli {
namespace {

class LoginCommand final : public Command {
 public:
  LoginCommand()
      : Command("login", "keep an access token for a node, and use that node from now on") {
    Explain(
        "Reads the token from the terminal without showing it, from standard input, or from "
        "--token, asks the node whose it is, and keeps it in a file that only you can read, with "
        "the name of --ca-file if one was given. "
        "Operators make tokens with `banyan admin tokens create`; the first one of a new node "
        "stands in DIR/admin.token.");
    Shows("login --node https://hub.example.org", "asks for the token");
    Shows("login --node http://127.0.0.1:8440 < data/admin.token",
          "become the operator of a node on this machine");
  }

  Status Run(Session& session) override {
    auto& environment = session.environment();
    const auto found = TRY(FindCredentials(environment, {session.options().Node(), ""}));
    const auto& node = found.node;
    auto token = session.options().token;
    if (token.empty()) {
      auto line = environment.terminal.ReadLine("Token for " + node.ToString() + ": ", false);
      if (!line && line.error().code() == Errc::NotFound) {
        return Error(Errc::Invalid,
                     "there is no token on standard input: type it at a terminal, send it there "
                     "(banyan login < FILE), or give it with --token");
      }
      token = TRY(std::move(line));
    }
    token = TRY(CheckToken(token));
    std::string ca_file = found.ca_file;
    if (!session.options().ca_file.empty()) {
      ca_file = std::filesystem::absolute(session.options().ca_file).string();
    }
    const auto who = TRY(session.Connect({node, token, ca_file})->Get(kWhoAmIPath));
    const auto user = FindString(who, "name").value_or("");
    if (user.empty()) {
      return Error(Errc::Denied,
                   node.ToString() + " does not know this token: is it of that node?");
    }
    auto logins = TRY(LoginFile::Load(environment));
    logins.Put({node, user, token, ca_file});
    TRY(logins.Save(environment));
    if (!node.IsEncrypted() && !node.IsLoopback()) {
      session.output().Note("Warning: the token travels unencrypted to " + node.ToString());
    }
    return session.output().Print(Json{{"node", node.ToString()}, {"name", user}},
                                  "Logged in to " + node.ToString() + " as " + user);
  }
};

class Logout final : public Command {
 public:
  Logout() : Command("logout", "forget the token for a node") {
    Flag("--all", all_, "for every node");
    Explain(
        "The token itself stays valid: an operator revokes it with `banyan admin tokens revoke`.");
    Shows("logout", "forget the token for the node in use");
    Shows("logout --all", "forget all tokens");
  }

  Status Run(Session& session) override {
    auto& environment = session.environment();
    auto logins = TRY(LoginFile::Load(environment));
    std::vector<std::string> gone;
    if (all_) {
      for (const auto& [address, login] : logins.logins()) gone.push_back(address);
      for (const auto& address : gone) TRY(logins.Remove(TRY(NodeUrl::Parse(address))));
    } else {
      const auto node = TRY(FindCredentials(environment, {session.options().Node(), ""})).node;
      TRY(logins.Remove(node));
      gone.push_back(node.ToString());
    }
    TRY(logins.Save(environment));
    std::string text = gone.empty() ? "There was no login" : "Logged out of";
    for (const auto& address : gone) text += " " + address;
    return session.output().Print(Json{{"nodes", gone}}, text);
  }

 private:
  bool all_ = false;
};

class WhoAmI final : public Command {
 public:
  WhoAmI() : Command("whoami", "show as whom the node knows you") {
    Shows("whoami", "your name, organisations and what your token allows");
    Shows("whoami --node https://hub.example.org", "the same at another node");
  }

  Status Run(Session& session) override {
    auto& node = *TRY(session.Node());
    if (!node.has_token()) {
      return Error(Errc::Denied,
                   "you are not logged in to " + node.node().ToString() + ": run `banyan login`");
    }
    auto who = TRY(node.Get(kWhoAmIPath));
    who["node"] = node.node().ToString();
    std::string organisations;
    for (const auto& organisation : who.value("orgs", Json::array())) {
      organisations += (organisations.empty() ? "" : ", ") +
                       FindString(organisation, "name").value_or("") + " (" +
                       FindString(organisation, "roleInOrg").value_or("member") + ")";
    }
    auto token = TokenMember(who, "displayName");
    if (const auto role = TokenMember(who, "role"); !role.empty()) token += " (" + role + ")";
    return session.output().Print(who, {{"name", FindString(who, "name").value_or("")},
                                        {"full name", FindString(who, "fullname").value_or("")},
                                        {"organisations", organisations},
                                        {"token", token},
                                        {"node", node.node().ToString()}});
  }
};

}  // namespace

std::unique_ptr<Command> MakeLogin() { return std::make_unique<LoginCommand>(); }
std::unique_ptr<Command> MakeLogout() { return std::make_unique<Logout>(); }
std::unique_ptr<Command> MakeWhoAmI() { return std::make_unique<WhoAmI>(); }

}  // namespace banyan::cli
