// Rows of the catalog's file table.

#include "storage/content/content_store.h"
#include "storage/content/damage.h"
#include "storage/content/own_copies.h"

namespace banyan::storage {
namespace {

constexpr const char* kColumns =
    "SELECT f.id, f.sha256, f.hash, f.size, f.chunks, f.recipe, f.damaged";

Result<std::optional<FileContent>> ReadRow(Rows& rows) {
  if (!rows.Next()) {
    TRY(Status(rows.status()));
    return std::optional<FileContent>();
  }
  FileContent file;
  file.row = rows.Int(0);
  file.sha256 = rows.DigestAt<Sha256>(1);
  file.hash = rows.DigestAt<FileHash>(2);
  file.size_bytes = static_cast<std::uint64_t>(rows.Int(3));
  file.chunk_count = static_cast<std::uint64_t>(rows.Int(4));
  file.recipe = TRY(ParseRecipe(rows.Blob(5)));
  file.is_damaged = rows.Int(6) != 0;
  TRY(Status(rows.status()));
  return std::optional(std::move(file));
}

Error NoRow() { return Error(Errc::NotFound, "no such file row"); }

Result<std::int64_t> ReadId(Rows rows) {
  const std::int64_t id = rows.Next() ? rows.Int(0) : 0;
  TRY(Status(rows.status()));
  return id;
}

// Row 0, which there is none of, takes the same steps as one that is not for the repository.
Result<std::optional<FileContent>> FindHeld(Connection& connection, std::int64_t repository,
                                            std::int64_t row, Holding least) {
  const auto held = TRY(ReadId(connection.Query(
      "SELECT file FROM repository_file WHERE repository = ? AND file = ? AND committed >= ?",
      repository, row, std::int64_t{least == Holding::Committed})));
  const auto openness = TRY(OpennessOf(connection, row));
  if (held == 0 && openness == Openness::Closed) return std::optional<FileContent>();
  return std::optional(TRY(GetHeldFile(connection, repository, row)));
}

}  // namespace

Result<std::optional<FileContent>> FindFile(Connection& connection, const Sha256& sha256) {
  static const std::string sql = std::string(kColumns) + " FROM file f WHERE sha256 = ?";
  auto rows = connection.Query(sql, sha256);
  return ReadRow(rows);
}

Result<FileContent> GetFile(Connection& connection, std::int64_t row) {
  static const std::string sql = std::string(kColumns) + " FROM file f WHERE id = ?";
  auto rows = connection.Query(sql, row);
  auto found = TRY(ReadRow(rows));
  if (!found) return NoRow();
  return *std::move(found);
}

Result<std::int64_t> FindFileRow(Connection& connection, const FileHash& hash) {
  return ReadId(connection.Query("SELECT id FROM file WHERE hash = ? ORDER BY id LIMIT 1", hash));
}

Result<Openness> OpennessOf(Connection& connection, std::int64_t file) {
  const auto found = TRY(ReadId(connection.Query(
      "SELECT id FROM file INDEXED BY file_public WHERE id = ? AND public_references > 0", file)));
  return found != 0 ? Openness::Public : Openness::Closed;
}

// The row and the own copy as of one commit: a copy may become the row's meanwhile.
Result<FileContent> GetHeldFile(Connection& connection, std::int64_t repository, std::int64_t row) {
  static const std::string sql =
      std::string(kColumns) +
      ", h.recipe FROM file f LEFT JOIN repository_file h ON h.file = f.id AND h.repository = ?"
      " WHERE f.id = ?";
  FileContent file;
  std::optional<Recipe> own;
  {
    auto rows = connection.Query(sql, repository, row);
    auto found = TRY(ReadRow(rows));
    if (!found) return NoRow();
    file = *std::move(found);
    if (!rows.IsNull(7)) own = TRY(ParseRecipe(rows.Blob(7)));
  }
  if (own && TRY(ConditionOf(connection, *own)) == Condition::Whole) {
    file.recipe = *std::move(own);
    file.is_damaged = false;
  }
  return file;
}

Result<std::optional<FileContent>> FindHeldFile(Connection& connection, std::int64_t repository,
                                                const Sha256& sha256, Holding least) {
  const auto row = TRY(ReadId(connection.Query("SELECT id FROM file WHERE sha256 = ?", sha256)));
  return FindHeld(connection, repository, row, least);
}

Result<std::optional<FileContent>> FindHeldFile(Connection& connection, std::int64_t repository,
                                                const FileHash& hash, Holding least) {
  return FindHeld(connection, repository, TRY(FindFileRow(connection, hash)), least);
}

Result<std::int64_t> RecordFile(Connection& connection, const FileContent& content,
                                std::int64_t now_ms) {
  const auto existing = TRY(FindFile(connection, content.sha256));
  const auto condition = TRY(ConditionOf(connection, content.recipe));
  if (!existing) {
    TRY(connection.Execute(
        "INSERT INTO file(sha256, hash, size, chunks, recipe, created_ms, damaged)"
        " VALUES(?,?,?,?,?,?,?)",
        content.sha256, content.hash, content.size_bytes, content.chunk_count,
        EncodeRecipe(content.recipe), now_ms, static_cast<std::int64_t>(condition)));
    return connection.LastInsertId();
  }
  TRY(connection.Execute("UPDATE file SET unreferenced_ms = NULL WHERE id = ?", existing->row));
  // What was just written is whole, unless a scrub found meanwhile what it was placed on.
  if (condition == Condition::Damaged) return existing->row;
  const bool is_damaged =
      existing->is_damaged || TRY(ConditionOf(connection, existing->recipe)) == Condition::Damaged;
  const auto holder = TRY(ReadId(connection.Query(
      "SELECT repository FROM repository_file WHERE file = ? LIMIT 1", existing->row)));
  if ((is_damaged || holder == 0) && content.recipe != existing->recipe &&
      !content.recipe.terms.empty()) {
    TRY(MoveFile(connection, *existing, content.recipe));
  }
  if (existing->is_damaged) {
    TRY(connection.Execute("UPDATE file SET damaged = 0 WHERE id = ?", existing->row));
  }
  return existing->row;
}

}  // namespace banyan::storage
