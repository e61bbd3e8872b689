#pragma once
// The functions behind the table of node/admin.cc, and how they read their arguments.
// `name` and the like are strings; optional arguments may be absent or null.

#include <optional>

#include "node/admin.h"
#include "storage/catalog/accounts.h"

namespace banyan::node {

// node/admin_accounts.cc
Result<Json> ListUsers(const AdminContext&, const Json&);
Result<Json> CreateUser(const AdminContext&, const Json&);  // name, fullname?, admin?
Result<Json> ChangeUser(const AdminContext&, const Json&);  // name, fullname?, admin?
Result<Json> DeleteUser(const AdminContext&, const Json&);  // name
Result<Json> SetQuota(const AdminContext&, const Json&);    // name, bytes? (none: the default)

// node/admin_organisations.cc
Result<Json> ListOrganisations(const AdminContext&, const Json&);
Result<Json> CreateOrganisation(const AdminContext&, const Json&);  // name, founder, fullname?
Result<Json> DeleteOrganisation(const AdminContext&, const Json&);  // name
Result<Json> ListMembers(const AdminContext&, const Json&);         // name
Result<Json> SetMember(const AdminContext&, const Json&);           // name, user, role
Result<Json> RemoveMember(const AdminContext&, const Json&);        // name, user

// node/admin_tokens.cc
Result<Json> ListTokens(const AdminContext&, const Json&);   // user
Result<Json> CreateToken(const AdminContext&, const Json&);  // user, name, role, lifetime_ms?
Result<Json> RevokeToken(const AdminContext&, const Json&);  // user, name

// node/admin_upkeep.cc
// dry_run?, grace_ms?, history_grace_ms?
Result<Json> CollectGarbage(const AdminContext&, const Json&);
Result<Json> ScrubContent(const AdminContext&, const Json&);  // bytes_per_second?, after?
Result<Json> BackUp(const AdminContext&, const Json&);        // target: a path on the node

// node/admin_federation.cc
Result<Json> ListPeers(const AdminContext&, const Json&);
Result<Json> AddPeer(const AdminContext&, const Json&);     // address, push?
Result<Json> RemovePeer(const AdminContext&, const Json&);  // peer: its address or node id
Result<Json> Follow(const AdminContext&, const Json&);      // rule: federation::FollowRule
Result<Json> Unfollow(const AdminContext&, const Json&);    // rule
Result<Json> BindAlias(const AdminContext&, const Json&);   // namespace, node
Result<Json> ShowFederation(const AdminContext&, const Json&);
Result<Json> SyncNow(const AdminContext&, const Json&);
Result<Json> GoOn(const AdminContext&, const Json&);

// node/admin_bundle.cc
// target: a path on the node, repositories?: patterns, since?: an earlier bundle or a head,
// part_bytes?
Result<Json> ExportBundle(const AdminContext&, const Json&);
Result<Json> ImportBundle(const AdminContext&, const Json&);  // source: a path, follow?

// node/admin_report.cc
Result<Json> ShowStats(const AdminContext&, const Json&);
Result<Json> Diagnose(const AdminContext&, const Json&);

// Arguments: node/admin_arguments.cc. nullopt when absent or null; Invalid, naming the argument,
// when it is of another type, or negative.
Result<std::optional<std::string>> ReadText(const Json& arguments, std::string_view name);
Result<std::optional<std::int64_t>> ReadNumber(const Json& arguments, std::string_view name);
Result<std::optional<bool>> ReadAnswer(const Json& arguments, std::string_view name);
// Invalid when it is absent, too.
Result<std::string> NeedText(const Json& arguments, std::string_view name);

// A folder or file on the node's machine, given as its whole path, that is not in the data
// directory.
Status RequireTargetOutside(const std::string& target, const std::string& data);

// A namespace as JSON; the account that an argument names, of the right kind.
Json NamespaceJson(const storage::Namespace& account);
Result<storage::Namespace> NeedNamespace(storage::Connection& connection, const Json& arguments,
                                         std::string_view argument, storage::NamespaceKind kind);
// All accounts of a kind.
Result<Json> ListNamespacesOf(const AdminContext& context, storage::NamespaceKind kind);
// Deletes the account that argument "name" names.
Result<Json> DeleteNamespaceOf(const AdminContext& context, const Json& arguments,
                               storage::NamespaceKind kind);

}  // namespace banyan::node
