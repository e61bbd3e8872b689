// Users and quotas.
#include "node/admin_functions.h"
#include "storage/base/json.h"

namespace banyan::node {
namespace {

constexpr std::size_t kPage = 1000;

const char* KindName(storage::NamespaceKind kind) {
  switch (kind) {
    case storage::NamespaceKind::User: return "user";
    case storage::NamespaceKind::Organisation: return "organisation";
    case storage::NamespaceKind::Mirror: return "mirror";
  }
  return "";
}

}  // namespace

Json NamespaceJson(const storage::Namespace& account) {
  Json json{{"name", account.name},         {"kind", KindName(account.kind)},
            {"fullname", account.fullname}, {"used_bytes", account.used_bytes},
            {"quota_bytes", nullptr},       {"created", ToIsoTime(account.created_ms)}};
  if (account.quota_bytes) json["quota_bytes"] = *account.quota_bytes;
  if (account.kind == storage::NamespaceKind::User) json["admin"] = account.is_node_admin;
  return json;
}

Result<storage::Namespace> NeedNamespace(storage::Connection& connection, const Json& arguments,
                                         std::string_view argument, storage::NamespaceKind kind) {
  const auto name = TRY(NeedText(arguments, argument));
  auto account = TRY(storage::FindNamespace(connection, name));
  if (account.kind == kind) return account;
  return Error(Errc::Invalid, account.name + " is no " + KindName(kind));
}

Result<Json> ListNamespacesOf(const AdminContext& context, storage::NamespaceKind kind) {
  auto lease = TRY(context.database().Read());
  Json list = Json::array();
  for (std::string after;;) {
    const auto page = TRY(storage::ListNamespaces(*lease, kind, after, kPage));
    for (const auto& account : page) list.push_back(NamespaceJson(account));
    if (page.size() < kPage) return list;
    after = page.back().name;
  }
}

Result<Json> DeleteNamespaceOf(const AdminContext& context, const Json& arguments,
                               storage::NamespaceKind kind) {
  Json deleted;
  TRY(context.database().Write([&](storage::Connection& connection) -> Status {
    const auto account = TRY(NeedNamespace(connection, arguments, "name", kind));
    deleted = NamespaceJson(account);
    return storage::DeleteNamespace(connection, account.row);
  }));
  return deleted;
}

Result<Json> ListUsers(const AdminContext& context, const Json&) {
  return ListNamespacesOf(context, storage::NamespaceKind::User);
}

Result<Json> CreateUser(const AdminContext& context, const Json& arguments) {
  Json created;
  TRY(context.database().Write([&](storage::Connection& connection) -> Status {
    storage::NewUser user;
    user.name = TRY(NeedText(arguments, "name"));
    user.fullname = TRY(ReadText(arguments, "fullname")).value_or("");
    user.is_node_admin = TRY(ReadAnswer(arguments, "admin")).value_or(false);
    created = NamespaceJson(TRY(storage::CreateUser(connection, user, context.clock.NowMs())));
    return Ok();
  }));
  return created;
}

Result<Json> ChangeUser(const AdminContext& context, const Json& arguments) {
  Json changed;
  TRY(context.database().Write([&](storage::Connection& connection) -> Status {
    const auto user =
        TRY(NeedNamespace(connection, arguments, "name", storage::NamespaceKind::User));
    if (const auto fullname = TRY(ReadText(arguments, "fullname"))) {
      TRY(storage::SetFullname(connection, user.row, *fullname));
    }
    if (const auto admin = TRY(ReadAnswer(arguments, "admin"))) {
      TRY(storage::SetNodeAdmin(connection, user.row, *admin));
    }
    changed = NamespaceJson(TRY(storage::GetNamespace(connection, user.row)));
    return Ok();
  }));
  return changed;
}

Result<Json> DeleteUser(const AdminContext& context, const Json& arguments) {
  return DeleteNamespaceOf(context, arguments, storage::NamespaceKind::User);
}

Result<Json> SetQuota(const AdminContext& context, const Json& arguments) {
  const auto bytes = TRY(ReadNumber(arguments, "bytes"));
  Json changed;
  TRY(context.database().Write([&](storage::Connection& connection) -> Status {
    const auto account = TRY(storage::FindNamespace(connection, TRY(NeedText(arguments, "name"))));
    std::optional<std::uint64_t> quota;
    if (bytes) quota = static_cast<std::uint64_t>(*bytes);
    TRY(storage::SetQuota(connection, account.row, quota));
    changed = NamespaceJson(TRY(storage::GetNamespace(connection, account.row)));
    return Ok();
  }));
  return changed;
}

}  // namespace banyan::node
