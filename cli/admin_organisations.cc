// admin orgs: namespaces that several users share.
#include "cli/admin_command.h"
#include "cli/commands.h"
#include "cli/text.h"
#include "storage/base/json.h"

namespace banyan::cli {
namespace {

class OrgList final : public AdminCommand {
 public:
  OrgList() : AdminCommand("admin orgs list", "list all organisations") {
    Shows("admin orgs list", "names and what they keep");
  }

 private:
  Status Perform(Session& session, AdminPort& port) override {
    const auto organisations = TRY(port.Call("orgs/list", Json::object()));
    Table table({{"NAME", false, true}, {"FULL NAME", false, true}, {"USED", true}});
    for (const auto& organisation : organisations) {
      const auto used = FindInt(organisation, "used_bytes").value_or(0);
      table.Add({FindString(organisation, "name").value_or(""),
                 FindString(organisation, "fullname").value_or(""),
                 FormatBytes(static_cast<std::uint64_t>(used))});
    }
    return session.output().Print(organisations, table);
  }
};

class OrgCreate final : public AdminCommand {
 public:
  OrgCreate() : AdminCommand("admin orgs create", "make an organisation") {
    Takes("NAME", name_, "the namespace of its repositories");
    Takes("FOUNDER", founder_, "a user, its first admin");
    Option("--fullname", "TEXT", fullname_, "for people to read");
    Shows("admin orgs create lab alice --fullname 'Language Lab'", "alice may add others");
  }

 private:
  Status Perform(Session& session, AdminPort& port) override {
    const Json wish{{"name", name_}, {"founder", founder_}, {"fullname", fullname_}};
    return session.output().Print(TRY(port.Call("orgs/create", wish)),
                                  "Created organisation " + name_);
  }

  std::string name_;
  std::string founder_;
  std::string fullname_;
};

class OrgDelete final : public AdminCommand {
 public:
  OrgDelete() : AdminCommand("admin orgs delete", "delete an organisation") {
    Takes("NAME", name_, "must not own repositories any more");
    Shows("admin orgs delete lab", "its members stay as users");
  }

 private:
  Status Perform(Session& session, AdminPort& port) override {
    return session.output().Print(TRY(port.Call("orgs/delete", Json{{"name", name_}})),
                                  "Deleted organisation " + name_);
  }

  std::string name_;
};

Status PrintMembers(Session& session, const Json& members) {
  Table table({{"USER", false, true}, {"FULL NAME", false, true}, {"ROLE"}});
  for (const auto& member : members) {
    table.Add({FindString(member, "user").value_or(""), FindString(member, "fullname").value_or(""),
               FindString(member, "role").value_or("")});
  }
  return session.output().Print(members, table);
}

class OrgMembers final : public AdminCommand {
 public:
  OrgMembers() : AdminCommand("admin orgs members", "list the members of an organisation") {
    Takes("NAME", name_, "the organisation");
    Shows("admin orgs members lab", "users and their roles");
  }

 private:
  Status Perform(Session& session, AdminPort& port) override {
    return PrintMembers(session, TRY(port.Call("orgs/members", Json{{"name", name_}})));
  }

  std::string name_;
};

class OrgAdd final : public AdminCommand {
 public:
  OrgAdd() : AdminCommand("admin orgs add", "add a member to an organisation, or change a role") {
    Takes("NAME", name_, "the organisation");
    Takes("USER", user_, "the member");
    Option("--role", "ROLE", role_, "write unless told otherwise").choices = {"read", "write",
                                                                              "admin"};
    Shows("admin orgs add lab bob", "bob may push to lab's repositories");
    Shows("admin orgs add lab carol --role read", "carol may see its private ones");
  }

 private:
  Status Perform(Session& session, AdminPort& port) override {
    const Json wish{{"name", name_}, {"user", user_}, {"role", role_.empty() ? "write" : role_}};
    return PrintMembers(session, TRY(port.Call("orgs/set-member", wish)));
  }

  std::string name_;
  std::string user_;
  std::string role_;
};

class OrgRemove final : public AdminCommand {
 public:
  OrgRemove() : AdminCommand("admin orgs remove", "remove a member from an organisation") {
    Takes("NAME", name_, "the organisation");
    Takes("USER", user_, "the member");
    Shows("admin orgs remove lab bob", "bob stays a user");
  }

 private:
  Status Perform(Session& session, AdminPort& port) override {
    const Json wish{{"name", name_}, {"user", user_}};
    return PrintMembers(session, TRY(port.Call("orgs/remove-member", wish)));
  }

  std::string name_;
  std::string user_;
};

}  // namespace

std::unique_ptr<Command> MakeAdminOrgList() { return std::make_unique<OrgList>(); }
std::unique_ptr<Command> MakeAdminOrgCreate() { return std::make_unique<OrgCreate>(); }
std::unique_ptr<Command> MakeAdminOrgDelete() { return std::make_unique<OrgDelete>(); }
std::unique_ptr<Command> MakeAdminOrgMembers() { return std::make_unique<OrgMembers>(); }
std::unique_ptr<Command> MakeAdminOrgAdd() { return std::make_unique<OrgAdd>(); }
std::unique_ptr<Command> MakeAdminOrgRemove() { return std::make_unique<OrgRemove>(); }

}  // namespace banyan::cli
