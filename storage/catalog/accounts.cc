#include "storage/catalog/accounts.h"

#include "storage/base/repository_name.h"
#include "storage/metadata/display_text.h"

namespace banyan::storage {
namespace {

// The columns of ReadRow, for a table named n.
const std::string kSelect =
    "SELECT n.id, n.name, n.kind, n.fullname, n.is_admin, n.quota_bytes, n.used_bytes, "
    "n.created_ms";
constexpr int kNamespaceColumns = 8;

Namespace ReadRow(const Rows& rows) {
  Namespace out;
  out.row = rows.Int(0);
  out.name = rows.Text(1);
  out.kind = static_cast<NamespaceKind>(rows.Int(2));
  out.fullname = rows.Text(3);
  out.is_node_admin = rows.Int(4) != 0;
  if (!rows.IsNull(5)) out.quota_bytes = static_cast<std::uint64_t>(rows.Int(5));
  out.used_bytes = static_cast<std::uint64_t>(rows.Int(6));
  out.created_ms = rows.Int(7);
  return out;
}

Error NoSuchNamespace() { return Error(Errc::NotFound, "no such user or organisation"); }

Result<Namespace> One(Rows rows) {
  const bool found = rows.Next();
  TRY(rows.status());
  if (!found) return NoSuchNamespace();
  return ReadRow(rows);
}

std::string Describe(NamespaceKind kind) {
  switch (kind) {
    case NamespaceKind::User: return "a user";
    case NamespaceKind::Organisation: return "an organisation";
    case NamespaceKind::Mirror: return "a namespace of another node";
  }
  return "";
}

Status RequireKind(Connection& connection, std::int64_t row, NamespaceKind kind) {
  const auto account = TRY(GetNamespace(connection, row));
  if (account.kind == kind) return Ok();
  return Error(Errc::Invalid,
               account.name + " is " + Describe(account.kind) + ", not " + Describe(kind));
}

struct NewNamespace {
  std::string_view name;
  std::string_view fullname;
  NamespaceKind kind;
  bool is_node_admin;
};

Result<Namespace> Insert(Connection& connection, const NewNamespace& made, std::int64_t now_ms) {
  if (FindNamespace(connection, made.name)) {
    return Error(Errc::Conflict, "the name '" + std::string(made.name) + "' is taken");
  }
  TRY(connection.Execute(
      "INSERT INTO namespace(name, folded, kind, fullname, is_admin, created_ms) "
      "VALUES(?, ?, ?, ?, ?, ?)",
      made.name, FoldName(made.name), static_cast<int>(made.kind), made.fullname,
      made.is_node_admin, now_ms));
  return GetNamespace(connection, connection.LastInsertId());
}

// Without one nobody could run the node any more.
Status RequireAnOperator(Connection& connection) {
  auto rows = connection.Query("SELECT 1 FROM namespace WHERE is_admin LIMIT 1");
  const bool found = rows.Next();
  TRY(rows.status());
  if (found) return Ok();
  return Error(Errc::Conflict, "the node would have no operator: appoint another one first");
}

// Invariant 2, checked after each change; the transaction rolls back on the error.
Status RequireAnAdmin(Connection& connection, std::int64_t organisation) {
  auto rows = connection.Query("SELECT 1 FROM member WHERE organisation = ? AND role = 2 LIMIT 1",
                               organisation);
  const bool found = rows.Next();
  TRY(rows.status());
  if (found) return Ok();
  return Error(Errc::Conflict, "an organisation needs an admin: appoint another one first");
}

Result<std::vector<Member>> ReadMembers(Rows rows) {
  std::vector<Member> members;
  while (rows.Next()) {
    members.push_back({ReadRow(rows), static_cast<Role>(rows.Int(kNamespaceColumns))});
  }
  TRY(rows.status());
  return members;
}

Status ExactlyOneChanged(Connection& connection, Status status) {
  TRY(std::move(status));
  if (connection.Changes() == 0) return NoSuchNamespace();
  return Ok();
}

}  // namespace

std::string_view ToString(Role role) {
  switch (role) {
    case Role::Read: return "read";
    case Role::Write: return "write";
    case Role::Admin: return "admin";
  }
  return "read";
}

Result<Role> ParseRole(std::string_view text) {
  for (const auto role : {Role::Read, Role::Write, Role::Admin}) {
    if (text == ToString(role)) return role;
  }
  return Error(Errc::Invalid, "a role is 'read', 'write' or 'admin'");
}

Result<Namespace> CreateUser(Connection& connection, const NewUser& user, std::int64_t now_ms) {
  TRY(ValidateNamespace(user.name));
  TRY(ValidateDisplayText("the full name", user.fullname));
  return Insert(connection, {user.name, user.fullname, NamespaceKind::User, user.is_node_admin},
                now_ms);
}

Result<Namespace> CreateOrganisation(Connection& connection, const NewOrganisation& organisation,
                                     std::int64_t now_ms) {
  TRY(ValidateNamespace(organisation.name));
  TRY(ValidateDisplayText("the full name", organisation.fullname));
  TRY(RequireKind(connection, organisation.founder, NamespaceKind::User));
  auto made = TRY(Insert(connection,
                         {organisation.name, organisation.fullname, NamespaceKind::Organisation,
                          /*is_node_admin=*/false},
                         now_ms));
  TRY(SetMember(connection, made.row, organisation.founder, Role::Admin));
  return made;
}

Result<Namespace> CreateMirrorNamespace(Connection& connection, const NewMirrorNamespace& mirror,
                                        std::int64_t now_ms) {
  const auto taken = FindNamespace(connection, mirror.name);
  if (!taken && taken.error().code() != Errc::NotFound) return taken.error();
  const bool is_free = !taken && ValidateNamespace(mirror.name).has_value();
  const auto& name = is_free ? mirror.name : mirror.qualified;
  const auto made = TRY(Insert(connection, {name, "", NamespaceKind::Mirror, false}, now_ms));
  TRY(SetQuota(connection, made.row, 0));
  return GetNamespace(connection, made.row);
}

Result<Namespace> FindNamespace(Connection& connection, std::string_view name) {
  return One(connection.Query(kSelect + " FROM namespace n WHERE n.folded = ?", FoldName(name)));
}

Result<Namespace> GetNamespace(Connection& connection, std::int64_t row) {
  return One(connection.Query(kSelect + " FROM namespace n WHERE n.id = ?", row));
}

Result<std::vector<Namespace>> ListNamespaces(Connection& connection, NamespaceKind kind,
                                              std::string_view after, std::size_t limit) {
  auto rows = connection.Query(kSelect +
                                   " FROM namespace n WHERE n.folded > ? AND n.kind = ? "
                                   "ORDER BY n.folded LIMIT ?",
                               FoldName(after), static_cast<int>(kind), limit);
  std::vector<Namespace> out;
  while (rows.Next()) out.push_back(ReadRow(rows));
  TRY(rows.status());
  return out;
}

Status SetFullname(Connection& connection, std::int64_t row, std::string_view fullname) {
  TRY(ValidateDisplayText("the full name", fullname));
  return ExactlyOneChanged(
      connection,
      connection.Execute("UPDATE namespace SET fullname = ? WHERE id = ?", fullname, row));
}

Status SetNodeAdmin(Connection& connection, std::int64_t user, bool is_node_admin) {
  TRY(RequireKind(connection, user, NamespaceKind::User));
  const auto before = TRY(GetNamespace(connection, user));
  TRY(connection.Execute("UPDATE namespace SET is_admin = ? WHERE id = ?", is_node_admin, user));
  return before.is_node_admin ? RequireAnOperator(connection) : Ok();
}

Status SetQuota(Connection& connection, std::int64_t row,
                std::optional<std::uint64_t> quota_bytes) {
  if (quota_bytes && *quota_bytes > INT64_MAX) {
    return Error(Errc::Invalid, "a quota is less than 2^63 bytes");
  }
  return ExactlyOneChanged(
      connection,
      connection.Execute("UPDATE namespace SET quota_bytes = ? WHERE id = ?", quota_bytes, row));
}

Status DeleteNamespace(Connection& connection, std::int64_t row) {
  const auto account = TRY(GetNamespace(connection, row));
  {
    auto owned =
        connection.Query("SELECT 1 FROM repository WHERE namespace = ? LIMIT 1", account.row);
    const bool found = owned.Next();
    TRY(owned.status());
    if (found) {
      return Error(Errc::Conflict, account.name + " owns repositories: delete or move them first");
    }
  }
  const auto organisations = TRY(ListOrganisations(connection, row));
  TRY(connection.Execute("DELETE FROM namespace WHERE id = ?", row));
  for (const auto& organisation : organisations) {
    TRY(RequireAnAdmin(connection, organisation.account.row).Context(organisation.account.name));
  }
  return account.is_node_admin ? RequireAnOperator(connection) : Ok();
}

Status SetMember(Connection& connection, std::int64_t organisation, std::int64_t user, Role role) {
  TRY(RequireKind(connection, organisation, NamespaceKind::Organisation));
  TRY(RequireKind(connection, user, NamespaceKind::User));
  TRY(
      connection.Execute("INSERT INTO member(organisation, user, role) VALUES(?, ?, ?) "
                         "ON CONFLICT(organisation, user) DO UPDATE SET role = excluded.role",
                         organisation, user, static_cast<int>(role)));
  return RequireAnAdmin(connection, organisation);
}

Status RemoveMember(Connection& connection, std::int64_t organisation, std::int64_t user) {
  TRY(connection.Execute("DELETE FROM member WHERE organisation = ? AND user = ?", organisation,
                         user));
  if (connection.Changes() == 0) return Error(Errc::NotFound, "not a member");
  return RequireAnAdmin(connection, organisation);
}

Result<std::vector<Member>> ListMembers(Connection& connection, std::int64_t organisation) {
  return ReadMembers(connection.Query(
      kSelect + ", m.role FROM member m JOIN namespace n ON n.id = m.user WHERE m.organisation = ? "
                "ORDER BY n.folded",
      organisation));
}

Result<std::vector<Member>> ListOrganisations(Connection& connection, std::int64_t user) {
  return ReadMembers(connection.Query(
      kSelect + ", m.role FROM member m JOIN namespace n ON n.id = m.organisation WHERE m.user = ? "
                "ORDER BY n.folded",
      user));
}

}  // namespace banyan::storage
