// admin tokens: what users log in with.
#include "cli/admin_command.h"
#include "cli/commands.h"
#include "node/units.h"
#include "storage/base/json.h"

namespace banyan::cli {
namespace {

std::string Day(const Json& token, const char* member, const char* absent) {
  const auto date = FindString(token, member);
  return date ? date->substr(0, 10) : absent;
}

class TokenList final : public AdminCommand {
 public:
  TokenList()
      : AdminCommand("admin tokens list", "list a user's tokens; their texts are not kept") {
    Takes("USER", user_, "whose");
    Shows("admin tokens list alice", "names, what they allow, when they were used last");
  }

 private:
  Status Perform(Session& session, AdminPort& port) override {
    const auto tokens = TRY(port.Call("tokens/list", Json{{"user", user_}}));
    Table table({{"NAME", false, true}, {"ROLE"}, {"CREATED"}, {"EXPIRES"}, {"USED"}});
    for (const auto& token : tokens) {
      table.Add({FindString(token, "name").value_or(""), FindString(token, "role").value_or(""),
                 Day(token, "created", ""), Day(token, "expires", "never"),
                 Day(token, "used", "never")});
    }
    return session.output().Print(tokens, table);
  }

  std::string user_;
};

class TokenCreate final : public AdminCommand {
 public:
  TokenCreate() : AdminCommand("admin tokens create", "make a token for a user, and show it once") {
    Takes("USER", user_, "whose");
    Takes("NAME", name_, "to tell it from others, such as laptop");
    Option("--role", "ROLE", role_, "write unless told otherwise").choices = {"read", "write",
                                                                              "admin"};
    Option("--expires", "TIME", expires_, "valid so long, such as 90d; for ever unless told");
    Explain(
        "read: see and download. write: also create, push and delete. admin: also accounts and "
        "tokens, and for an operator the whole node. The token is the only line on standard "
        "output.");
    Shows("admin tokens create alice laptop", "to push with");
    Shows("admin tokens create ci builds --role read --expires 90d", "for a robot that only pulls");
  }

 private:
  Status Perform(Session& session, AdminPort& port) override {
    Json wish{{"user", user_}, {"name", name_}, {"role", role_.empty() ? "write" : role_}};
    if (!expires_.empty()) wish["lifetime_ms"] = TRY(node::ParseDuration(expires_)).ms;
    const auto made = TRY(port.Call("tokens/create", wish));
    session.output().Note("Keep this token: it is not shown again");
    return session.output().Print(made, FindString(made, "token").value_or(""));
  }

  std::string user_;
  std::string name_;
  std::string role_;
  std::string expires_;
};

class TokenRevoke final : public AdminCommand {
 public:
  TokenRevoke() : AdminCommand("admin tokens revoke", "make a token invalid at once") {
    Takes("USER", user_, "whose");
    Takes("NAME", name_, "the token's name, not its text");
    Shows("admin tokens revoke alice laptop", "when the laptop is lost");
  }

 private:
  Status Perform(Session& session, AdminPort& port) override {
    const auto gone = TRY(port.Call("tokens/revoke", Json{{"user", user_}, {"name", name_}}));
    return session.output().Print(gone, "Revoked token " + name_ + " of " + user_);
  }

  std::string user_;
  std::string name_;
};

}  // namespace

std::unique_ptr<Command> MakeAdminTokenList() { return std::make_unique<TokenList>(); }
std::unique_ptr<Command> MakeAdminTokenCreate() { return std::make_unique<TokenCreate>(); }
std::unique_ptr<Command> MakeAdminTokenRevoke() { return std::make_unique<TokenRevoke>(); }

}  // namespace banyan::cli
