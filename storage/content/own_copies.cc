#include "storage/content/own_copies.h"

#include <vector>

#include "storage/content/damage.h"

namespace banyan::storage {

Result<std::optional<Recipe>> FindOwnCopy(Connection& connection, std::int64_t repository,
                                          std::int64_t file) {
  std::optional<Recipe> recipe;
  auto rows = connection.Query(
      "SELECT recipe FROM repository_file"
      " WHERE repository = ? AND file = ? AND recipe IS NOT NULL",
      repository, file);
  if (rows.Next()) recipe = TRY(ParseRecipe(rows.Blob(0)));
  TRY(Status(rows.status()));
  return recipe;
}

Result<std::optional<Recipe>> FindWholeCopy(Connection& connection, std::int64_t file) {
  auto rows = connection.Query(
      "SELECT recipe FROM repository_file WHERE file = ? AND recipe IS NOT NULL"
      " ORDER BY repository",
      file);
  while (rows.Next()) {
    auto recipe = TRY(ParseRecipe(rows.Blob(0)));
    const auto condition = TRY(ConditionOf(connection, recipe));
    if (condition == Condition::Whole) return std::optional(std::move(recipe));
  }
  TRY(Status(rows.status()));
  return std::optional<Recipe>();
}

Status ForgetCopy(Connection& connection, std::int64_t file, const Recipe& copy) {
  return connection.Execute(
      "UPDATE repository_file SET recipe = NULL WHERE file = ? AND recipe = ?", file,
      EncodeRecipe(copy));
}

Status ShareCopy(Connection& connection, const FileContent& file, const Recipe& copy) {
  // Of a row that is marked though no chunk is, nothing would show the damage in an own copy.
  const bool is_kept =
      !file.is_damaged || TRY(ConditionOf(connection, file.recipe)) == Condition::Damaged;
  if (is_kept) {
    TRY(connection.Execute(
        "UPDATE repository_file SET recipe = ? WHERE file = ? AND recipe IS NULL",
        EncodeRecipe(file.recipe), file.row));
  }
  TRY(MoveFile(connection, file, copy));
  TRY(connection.Execute("UPDATE file SET damaged = 0 WHERE id = ?", file.row));
  return ForgetCopy(connection, file.row, copy);
}

Status ShareCopiesOfAbandonedRows(Connection& connection) {
  std::vector<std::int64_t> files;
  {
    auto rows = connection.Query(
        "SELECT file FROM repository_file"
        " WHERE file IN (SELECT file FROM repository_file WHERE recipe IS NOT NULL)"
        " GROUP BY file HAVING count(recipe) = count(*)");
    while (rows.Next()) files.push_back(rows.Int(0));
    TRY(Status(rows.status()));
  }
  for (const std::int64_t file : files) {
    // Without one that is whole, they read the row's.
    const auto copy = TRY(FindWholeCopy(connection, file));
    if (copy) TRY(ShareCopy(connection, TRY(GetFile(connection, file)), *copy));
  }
  return Ok();
}

}  // namespace banyan::storage
