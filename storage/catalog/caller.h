#pragma once
// Who makes a request, with everything that authorisation needs, so that deciding costs no query.
// A snapshot: made once per request, never kept across requests.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "storage/catalog/accounts.h"

namespace banyan::storage {

struct Membership {
  std::int64_t organisation = 0;
  Role role = Role::Read;
};

// Default-made: anonymous.
struct Caller {
  std::int64_t user = 0;  // namespace row; 0: nobody
  std::string name;
  std::int64_t token = 0;  // token row; 0: signed in without one
  // What the token allows of what its user may do. Read: see and download. Write: also create,
  // push, change settings, delete. Admin: also accounts, members and tokens.
  Role token_role = Role::Read;
  bool is_node_admin = false;
  // Sent a token of another hub: anonymous on public reads, refused (401) for anything else.
  bool foreign_token = false;
  std::vector<Membership> memberships;  // in order of organisation

  bool IsAnonymous() const { return user == 0 && !is_node_admin; }
  // A node admin whose token allows it: may do everything here.
  bool IsOperator() const { return is_node_admin && token_role == Role::Admin; }
  // Role in a namespace, the token aside: Admin in the user's own; nullopt for a stranger.
  std::optional<Role> RoleIn(std::int64_t namespace_row) const;

  // The program itself: offline commands and maintenance.
  static Caller Operator();
};

// A caller signed in as `user` with these rights, such as a browser session. NotFound when there
// is no such user.
Result<Caller> CallerOf(Connection& connection, std::int64_t user, Role token_role);

}  // namespace banyan::storage
