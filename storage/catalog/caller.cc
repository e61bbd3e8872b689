#include "storage/catalog/caller.h"

#include <algorithm>

namespace banyan::storage {

std::optional<Role> Caller::RoleIn(std::int64_t namespace_row) const {
  if (user != 0 && user == namespace_row) return Role::Admin;
  const auto at = std::lower_bound(
      memberships.begin(), memberships.end(), namespace_row,
      [](const Membership& member, std::int64_t row) { return member.organisation < row; });
  if (at == memberships.end() || at->organisation != namespace_row) return std::nullopt;
  return at->role;
}

Caller Caller::Operator() {
  Caller caller;
  caller.token_role = Role::Admin;
  caller.is_node_admin = true;
  return caller;
}

Result<Caller> CallerOf(Connection& connection, std::int64_t user, Role token_role) {
  const auto account = TRY(GetNamespace(connection, user));
  if (account.kind != NamespaceKind::User) return Error(Errc::NotFound, "no such user");
  Caller caller;
  caller.user = account.row;
  caller.name = account.name;
  caller.token_role = token_role;
  caller.is_node_admin = account.is_node_admin;
  auto rows = connection.Query(
      "SELECT organisation, role FROM member WHERE user = ? ORDER BY organisation", user);
  while (rows.Next()) {
    caller.memberships.push_back({rows.Int(0), static_cast<Role>(rows.Int(1))});
  }
  TRY(rows.status());
  return caller;
}

}  // namespace banyan::storage
