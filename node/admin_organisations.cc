// Organisations and their members.
#include "node/admin_functions.h"
#include "storage/base/json.h"

namespace banyan::node {
namespace {

constexpr auto kUser = storage::NamespaceKind::User;
constexpr auto kOrganisation = storage::NamespaceKind::Organisation;

Result<Json> MembersOf(storage::Connection& connection, const storage::Namespace& organisation) {
  Json list = Json::array();
  for (const auto& member : TRY(storage::ListMembers(connection, organisation.row))) {
    list.push_back({{"user", member.account.name},
                    {"fullname", member.account.fullname},
                    {"role", std::string(storage::ToString(member.role))}});
  }
  return list;
}

}  // namespace

Result<Json> ListOrganisations(const AdminContext& context, const Json&) {
  return ListNamespacesOf(context, kOrganisation);
}

Result<Json> CreateOrganisation(const AdminContext& context, const Json& arguments) {
  Json created;
  TRY(context.database().Write([&](storage::Connection& connection) -> Status {
    const auto founder = TRY(NeedNamespace(connection, arguments, "founder", kUser));
    storage::NewOrganisation organisation;
    organisation.name = TRY(NeedText(arguments, "name"));
    organisation.fullname = TRY(ReadText(arguments, "fullname")).value_or("");
    organisation.founder = founder.row;
    created = NamespaceJson(
        TRY(storage::CreateOrganisation(connection, organisation, context.clock.NowMs())));
    return Ok();
  }));
  return created;
}

Result<Json> DeleteOrganisation(const AdminContext& context, const Json& arguments) {
  return DeleteNamespaceOf(context, arguments, kOrganisation);
}

Result<Json> ListMembers(const AdminContext& context, const Json& arguments) {
  auto lease = TRY(context.database().Read());
  return MembersOf(*lease, TRY(NeedNamespace(*lease, arguments, "name", kOrganisation)));
}

Result<Json> SetMember(const AdminContext& context, const Json& arguments) {
  Json members;
  TRY(context.database().Write([&](storage::Connection& connection) -> Status {
    const auto organisation = TRY(NeedNamespace(connection, arguments, "name", kOrganisation));
    const auto user = TRY(NeedNamespace(connection, arguments, "user", kUser));
    const auto role = TRY(storage::ParseRole(TRY(NeedText(arguments, "role"))));
    TRY(storage::SetMember(connection, organisation.row, user.row, role));
    members = TRY(MembersOf(connection, organisation));
    return Ok();
  }));
  return members;
}

Result<Json> RemoveMember(const AdminContext& context, const Json& arguments) {
  Json members;
  TRY(context.database().Write([&](storage::Connection& connection) -> Status {
    const auto organisation = TRY(NeedNamespace(connection, arguments, "name", kOrganisation));
    const auto user = TRY(NeedNamespace(connection, arguments, "user", kUser));
    TRY(storage::RemoveMember(connection, organisation.row, user.row));
    members = TRY(MembersOf(connection, organisation));
    return Ok();
  }));
  return members;
}

}  // namespace banyan::node
