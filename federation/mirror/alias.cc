#include "federation/mirror/alias.h"

#include <optional>

#include "federation/mirror/mirror_names.h"
#include "federation/origin_rows.h"
#include "storage/catalog/accounts.h"
#include "storage/catalog/namespace_rename.h"

namespace banyan::federation {
namespace {

using storage::Connection;
using storage::Namespace;

Result<std::optional<Namespace>> FindTaken(Connection& connection, const std::string& name) {
  auto found = storage::FindNamespace(connection, name);
  if (found) return std::optional(*std::move(found));
  if (found.error().code() == Errc::NotFound) return std::optional<Namespace>();
  return std::move(found.error());
}

struct Bound {
  std::int64_t origin = 0;
  std::string qualified;
};
Result<Bound> ReadBound(Connection& connection, std::int64_t row) {
  Bound bound;
  auto rows =
      connection.Query("SELECT origin, qualified FROM mirror_namespace WHERE namespace = ?", row);
  if (rows.Next()) bound = {rows.Int(0), rows.Text(1)};
  TRY(rows.status());
  return bound;
}

}  // namespace

Result<std::string> AliasNamespace(Connection& connection, const NodeId& node,
                                   const std::string& name, std::int64_t now_ms) {
  TRY(storage::ValidateNamespace(name));
  const auto origin = TRY(NeedOrigin(connection, node));
  if (origin.is_own) return Error(Errc::Invalid, "this is the node itself");
  if (const auto taken = TRY(FindTaken(connection, name))) {
    if (taken->kind != storage::NamespaceKind::Mirror) {
      return Error(Errc::Conflict, "\"" + taken->name + "\" is a user or an organisation here");
    }
    const auto bound = TRY(ReadBound(connection, taken->row));
    if (bound.origin == origin.row) return taken->name;
    TRY(storage::RenameMirrorNamespace(connection, taken->row, bound.qualified));
  }
  const auto row = TRY(BindNamespace(connection, origin.row, node, name, now_ms)).row;
  TRY(storage::RenameMirrorNamespace(connection, row, name));
  return name;
}

}  // namespace banyan::federation
