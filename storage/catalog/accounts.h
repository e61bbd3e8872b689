#pragma once
// Accounts: namespaces (users and organisations) and who is a member of which organisation
// (storage/catalog/FORMAT.md section 1). A user's own name is a namespace that it administers.
//
// Functions work on the connection they are given: readers on any, the rest only inside
// Database::Write, so that a caller composes them into one transaction. Errors: NotFound when a
// named namespace does not exist, Conflict when a name is taken or an invariant stands against
// the change, Invalid for bad input; the message says what to do.
//
// Invariants
//  1. Names are unique by folded form over users and organisations together.
//  2. An organisation has at least one member with the admin role from creation to deletion.
//  3. A mirror namespace holds repositories of one other node, and nobody is a member of it.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "storage/base/sqlite.h"

namespace banyan::storage {

enum class NamespaceKind { User = 0, Organisation = 1, Mirror = 2 };
enum class Role { Read = 0, Write = 1, Admin = 2 };
// "read", "write", "admin".
std::string_view ToString(Role role);
Result<Role> ParseRole(std::string_view text);

struct Namespace {
  std::int64_t row = 0;
  std::string name;  // as created
  NamespaceKind kind = NamespaceKind::User;
  std::string fullname;
  bool is_node_admin = false;                // users only
  std::optional<std::uint64_t> quota_bytes;  // 0: no limit; nullopt: the node's default
  std::uint64_t used_bytes = 0;              // logical, committed (storage/catalog/quota.h)
  std::int64_t created_ms = 0;
};

struct NewUser {
  std::string name;
  std::string fullname;
  bool is_node_admin = false;
};
Result<Namespace> CreateUser(Connection& connection, const NewUser& user, std::int64_t now_ms);

struct NewOrganisation {
  std::string name;
  std::string fullname;
  std::int64_t founder = 0;  // a user's row; becomes admin
};
Result<Namespace> CreateOrganisation(Connection& connection, const NewOrganisation& organisation,
                                     std::int64_t now_ms);

// For repositories of another node. `name` if it is free and legal here, else `qualified`, the form
// that nobody can choose. Without a quota of its own: the policy for its origin bounds it.
struct NewMirrorNamespace {
  std::string name;
  std::string qualified;
};
Result<Namespace> CreateMirrorNamespace(Connection& connection, const NewMirrorNamespace& mirror,
                                        std::int64_t now_ms);

// By name in any case.
Result<Namespace> FindNamespace(Connection& connection, std::string_view name);
Result<Namespace> GetNamespace(Connection& connection, std::int64_t row);
// In order of folded name, those after `after` (empty: from the start), at most `limit`.
Result<std::vector<Namespace>> ListNamespaces(Connection& connection, NamespaceKind kind,
                                              std::string_view after, std::size_t limit);

// At most 128 bytes of UTF-8 without control characters.
Status SetFullname(Connection& connection, std::int64_t row, std::string_view fullname);
// Invalid for an organisation, Conflict when it would leave the node without an operator.
Status SetNodeAdmin(Connection& connection, std::int64_t user, bool is_node_admin);
// nullopt: the node's default again.
Status SetQuota(Connection& connection, std::int64_t row, std::optional<std::uint64_t> quota_bytes);
// Conflict while it owns a repository, or while it is the only admin of an organisation or the only
// operator. A user's tokens and memberships go with it.
Status DeleteNamespace(Connection& connection, std::int64_t row);

struct Member {
  Namespace account;  // ListMembers: the user; ListOrganisations: the organisation
  Role role = Role::Read;
};
// Adds the member or changes its role. Conflict when that would leave no admin.
Status SetMember(Connection& connection, std::int64_t organisation, std::int64_t user, Role role);
Status RemoveMember(Connection& connection, std::int64_t organisation, std::int64_t user);
// By name.
Result<std::vector<Member>> ListMembers(Connection& connection, std::int64_t organisation);
Result<std::vector<Member>> ListOrganisations(Connection& connection, std::int64_t user);

}  // namespace banyan::storage
