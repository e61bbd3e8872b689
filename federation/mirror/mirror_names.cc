#include "federation/mirror/mirror_names.h"

#include "federation/card_meta.h"
#include "storage/base/json.h"
#include "storage/catalog/accounts.h"

namespace banyan::federation {
namespace {

using storage::Connection;
using storage::Repository;

constexpr std::size_t kQualifierLength = 16;

Result<std::optional<std::int64_t>> FindMirrorNamespace(Connection& connection, std::int64_t origin,
                                                        const std::string& folded) {
  auto rows = connection.Query(
      "SELECT namespace FROM mirror_namespace WHERE origin = ? AND folded = ?", origin, folded);
  std::optional<std::int64_t> found;
  if (rows.Next()) found = rows.Int(0);
  TRY(rows.status());
  return found;
}

storage::RepositoryUid UidOf(const RepositoryKey& key) {
  return storage::RepositoryUid::FromRaw(key.bytes());
}

Error NameIsTaken(const storage::RepositoryId& id) {
  return Error(Errc::Invalid, "another repository of its origin is called " + id.Path() +
                                  " here: delete or rename that one");
}

}  // namespace

Result<storage::Namespace> BindNamespace(Connection& connection, std::int64_t origin,
                                         const NodeId& node, const std::string& name,
                                         std::int64_t now_ms) {
  const auto folded = storage::FoldName(name);
  const auto bound = TRY(FindMirrorNamespace(connection, origin, folded));
  if (bound) return storage::GetNamespace(connection, *bound);
  const auto qualified = node.ToString().substr(0, kQualifierLength) + "_" + name;
  auto made = TRY(storage::CreateMirrorNamespace(connection, {name, qualified}, now_ms));
  TRY(connection.Execute(
      "INSERT INTO mirror_namespace(namespace, origin, folded, qualified) VALUES(?, ?, ?, ?)",
      made.row, origin, folded, storage::FoldName(qualified)));
  return made;
}

Result<MirrorName> ReadMirrorName(ByteView meta) {
  const Json members = TRY(OpenMeta(meta));
  const auto member = [&](const char* name) { return FindString(members, name).value_or(""); };
  const auto kind = TRY(storage::ParseRepositoryKind(member("kind")));
  MirrorName name;
  name.at_origin =
      TRY(storage::ParseRepositoryId(kind, member("namespace") + "/" + member("name")));
  name.branch = member("branch");
  TRY(storage::ValidateRefName(name.branch).Context("the default branch"));
  return name;
}

Result<std::optional<Repository>> FindMirrored(Connection& connection,
                                               const MirrorIdentity& identity) {
  auto found = storage::GetRepositoryByUid(connection, UidOf(identity.key));
  if (!found) {
    if (found.error().code() == Errc::NotFound) return std::optional<Repository>();
    return std::move(found.error());
  }
  if (found->origin == identity.origin) return std::optional(*std::move(found));
  return Error(Errc::Invalid, "repository " + found->id.Path() +
                                  " has the same id here, but is not of this origin");
}

Result<Repository> PlaceMirror(Connection& connection, Random& random,
                               const MirrorIdentity& identity, const MirrorName& name,
                               std::int64_t now_ms) {
  storage::NewRepository made;
  made.id = name.at_origin;
  made.id.owner =
      TRY(BindNamespace(connection, identity.origin, identity.node, name.at_origin.owner, now_ms))
          .name;
  made.is_private = true;
  made.default_branch = name.branch;
  made.uid = UidOf(identity.key);
  made.origin = identity.origin;
  auto here = TRY(FindMirrored(connection, identity));
  if (!here) {
    auto creation = TRY(storage::CreateRepository(connection, random, made, now_ms));
    if (creation.existed) return NameIsTaken(made.id);
    return std::move(creation.repository);
  }
  if (here->id == made.id) return *std::move(here);
  auto moved = storage::MoveRepository(connection, here->row, made.id, {});
  if (!moved && moved.error().code() == Errc::Conflict) return NameIsTaken(made.id);
  return moved;
}

}  // namespace banyan::federation
