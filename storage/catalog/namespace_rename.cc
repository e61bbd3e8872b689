#include "storage/catalog/namespace_rename.h"

#include "storage/base/repository_name.h"
#include "storage/catalog/accounts.h"
#include "storage/catalog/repository_text.h"

namespace banyan::storage {
namespace {

struct Named {
  std::int64_t row = 0;
  std::string name;
};

Result<std::vector<Named>> ListRepositories(Connection& connection, std::int64_t owner) {
  std::vector<Named> list;
  auto rows = connection.Query("SELECT id, name FROM repository WHERE namespace = ?", owner);
  while (rows.Next()) list.push_back({rows.Int(0), rows.Text(1)});
  TRY(rows.status());
  return list;
}

}  // namespace

Status RenameMirrorNamespace(Connection& connection, std::int64_t row, std::string_view name) {
  const auto renamed = TRY(GetNamespace(connection, row));
  if (renamed.kind != NamespaceKind::Mirror) {
    return Error(Errc::Invalid, "\"" + renamed.name + "\" is no namespace of mirrors");
  }
  const auto taken = FindNamespace(connection, name);
  if (taken && taken->row != row) {
    return Error(Errc::Conflict, "\"" + taken->name + "\" is a namespace already");
  }
  if (!taken && taken.error().code() != Errc::NotFound) return taken.error();
  TRY(connection.Execute("UPDATE namespace SET name = ?, folded = ? WHERE id = ?", name,
                         FoldName(name), row));
  for (const auto& repository : TRY(ListRepositories(connection, row))) {
    const auto text = TRY(GetSearchText(connection, repository.row));
    TRY(SetSearchText(connection, repository.row,
                      WithNameText(text, NameText(name, repository.name))));
  }
  return Ok();
}

}  // namespace banyan::storage
