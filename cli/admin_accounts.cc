// admin users, admin quotas: who is known here, and how much each may keep.
#include "cli/admin_command.h"
#include "cli/commands.h"
#include "cli/text.h"
#include "node/units.h"
#include "storage/base/json.h"

namespace banyan::cli {
namespace {

std::string Size(const Json& account, const char* member, const char* absent) {
  const auto bytes = FindInt(account, member);
  return bytes ? FormatBytes(static_cast<std::uint64_t>(*bytes)) : absent;
}

class UserList final : public AdminCommand {
 public:
  UserList() : AdminCommand("admin users list", "list all users") {
    Shows("admin users list", "names, what they keep, and who is an operator");
  }

 private:
  Status Perform(Session& session, AdminPort& port) override {
    const auto users = TRY(port.Call("users/list", Json::object()));
    Table table({{"NAME", false, true}, {"FULL NAME", false, true}, {"USED", true}, {"OPERATOR"}});
    for (const auto& user : users) {
      table.Add({FindString(user, "name").value_or(""), FindString(user, "fullname").value_or(""),
                 Size(user, "used_bytes", ""),
                 FindBool(user, "admin").value_or(false) ? "operator" : ""});
    }
    return session.output().Print(users, table);
  }
};

class UserCreate final : public AdminCommand {
 public:
  UserCreate() : AdminCommand("admin users create", "make an account") {
    Takes("NAME", name_, "also the namespace of the user's repositories");
    Option("--fullname", "TEXT", fullname_, "for people to read");
    Flag("--operator", operator_, "may administer this node");
    Shows("admin users create alice --fullname 'Alice A.'",
          "then `banyan admin tokens create alice laptop`");
  }

 private:
  Status Perform(Session& session, AdminPort& port) override {
    const auto user = TRY(port.Call(
        "users/create", Json{{"name", name_}, {"fullname", fullname_}, {"admin", operator_}}));
    return session.output().Print(user, "Created user " + name_ +
                                            "; give a token with `banyan admin tokens create " +
                                            name_ + " NAME`");
  }

  std::string name_;
  std::string fullname_;
  bool operator_ = false;
};

class UserChange final : public AdminCommand {
 public:
  UserChange() : AdminCommand("admin users change", "change a full name, or who is an operator") {
    Takes("NAME", name_, "the user");
    Option("--fullname", "TEXT", fullname_, "for people to read");
    Option("--operator", "ANSWER", operator_, "may administer this node").choices = {"yes", "no"};
    Shows("admin users change alice --operator yes", "alice helps to run the node");
  }

 private:
  Status Perform(Session& session, AdminPort& port) override {
    if (!fullname_ && operator_.empty()) {
      return Error(Errc::Invalid, "nothing to change about " + name_ +
                                      ": give --fullname TEXT, --operator yes, or --operator no");
    }
    Json wish{{"name", name_}};
    if (fullname_) wish["fullname"] = *fullname_;
    if (!operator_.empty()) wish["admin"] = operator_ == "yes";
    return session.output().Print(TRY(port.Call("users/change", wish)), "Changed user " + name_);
  }

  std::string name_;
  std::optional<std::string> fullname_;
  std::string operator_;
};

class UserDelete final : public AdminCommand {
 public:
  UserDelete() : AdminCommand("admin users delete", "delete an account with its tokens") {
    Takes("NAME", name_, "the user; must not own repositories any more");
    Shows("admin users delete alice", "after `banyan rm` or `banyan mv` of her repositories");
  }

 private:
  Status Perform(Session& session, AdminPort& port) override {
    return session.output().Print(TRY(port.Call("users/delete", Json{{"name", name_}})),
                                  "Deleted user " + name_);
  }

  std::string name_;
};

class QuotaList final : public AdminCommand {
 public:
  QuotaList()
      : AdminCommand("admin quotas list", "what each user and organisation keeps and may keep") {
    Shows("admin quotas list --json", "for a program");
  }

 private:
  static std::string QuotaOf(const Json& account) {
    return FindInt(account, "quota_bytes") == 0 ? "no limit"
                                                : Size(account, "quota_bytes", "default");
  }

  Status Perform(Session& session, AdminPort& port) override {
    auto accounts = TRY(port.Call("users/list", Json::object()));
    for (auto& account : TRY(port.Call("orgs/list", Json::object()))) {
      accounts.push_back(std::move(account));
    }
    Table table({{"NAME", false, true}, {"USED", true}, {"QUOTA", true}});
    for (const auto& account : accounts) {
      table.Add({FindString(account, "name").value_or(""), Size(account, "used_bytes", ""),
                 QuotaOf(account)});
    }
    return session.output().Print(accounts, table);
  }
};

class QuotaSet final : public AdminCommand {
 public:
  QuotaSet() : AdminCommand("admin quotas set", "limit what a user or organisation may keep") {
    Takes("NAME", name_, "a user or organisation");
    Takes("SIZE", size_, "such as 50GB; 0: no limit; \"default\": the node's default");
    Shows("admin quotas set alice 50GB", "full sizes count, however well they deduplicate");
    Shows("admin quotas set alice default", "back to quota.default of the configuration");
  }

 private:
  Status Perform(Session& session, AdminPort& port) override {
    Json wish{{"name", name_}};
    if (size_ != "default") wish["bytes"] = TRY(node::ParseByteSize(size_)).bytes;
    const bool has_limit = FindInt(wish, "bytes") != 0;
    return session.output().Print(TRY(port.Call("quota", wish)),
                                  has_limit ? "The quota of " + name_ + " is now " + size_
                                            : "There is no limit for " + name_ + " now");
  }

  std::string name_;
  std::string size_;
};

}  // namespace

std::unique_ptr<Command> MakeAdminUserList() { return std::make_unique<UserList>(); }
std::unique_ptr<Command> MakeAdminUserCreate() { return std::make_unique<UserCreate>(); }
std::unique_ptr<Command> MakeAdminUserChange() { return std::make_unique<UserChange>(); }
std::unique_ptr<Command> MakeAdminUserDelete() { return std::make_unique<UserDelete>(); }
std::unique_ptr<Command> MakeAdminQuotaList() { return std::make_unique<QuotaList>(); }
std::unique_ptr<Command> MakeAdminQuotaSet() { return std::make_unique<QuotaSet>(); }

}  // namespace banyan::cli
