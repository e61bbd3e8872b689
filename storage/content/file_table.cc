// Rows of the catalog's file table.

#include "storage/content/content_store.h"

namespace banyan::storage {
namespace {

constexpr const char* kColumns =
    "SELECT id, sha256, hash, size, chunks, recipe, damaged FROM file WHERE ";

Result<std::optional<FileContent>> ReadRow(Rows rows) {
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

enum class Condition { Whole, Damaged };  // as the column says it

// Damaged when it uses a chunk that a scrub found so, perhaps since it was placed.
Result<Condition> ConditionOf(Connection& connection, const Recipe& recipe) {
  for (const Term& term : recipe.terms) {
    auto rows = connection.Query(
        "SELECT 1 FROM damaged_chunk WHERE pack = ?1 AND chunk >= ?2 AND chunk < ?2 + ?3 LIMIT 1",
        term.pack, static_cast<std::int64_t>(term.first), static_cast<std::int64_t>(term.count));
    const bool found = rows.Next();
    TRY(Status(rows.status()));
    if (found) return Condition::Damaged;
  }
  return Condition::Whole;
}

}  // namespace

Result<std::optional<FileContent>> FindFile(Connection& connection, const Sha256& sha256) {
  static const std::string sql = std::string(kColumns) + "sha256 = ?";
  return ReadRow(connection.Query(sql, sha256));
}

Result<std::optional<FileContent>> FindFileByHash(Connection& connection, const FileHash& hash) {
  static const std::string sql = std::string(kColumns) + "hash = ? ORDER BY id LIMIT 1";
  return ReadRow(connection.Query(sql, hash));
}

Result<FileContent> GetFile(Connection& connection, std::int64_t row) {
  static const std::string sql = std::string(kColumns) + "id = ?";
  auto found = TRY(ReadRow(connection.Query(sql, row)));
  if (!found) return Error(Errc::NotFound, "no such file row");
  return *std::move(found);
}

Result<std::int64_t> RecordFile(Connection& connection, const FileContent& content,
                                std::int64_t now_ms) {
  const auto existing = TRY(FindFile(connection, content.sha256));
  if (existing) {
    TRY(connection.Execute("UPDATE file SET unreferenced_ms = NULL WHERE id = ?", existing->row));
    // What was just written is whole; where it is elsewhere, the old place may be damaged.
    if (content.recipe != existing->recipe && !content.recipe.terms.empty()) {
      TRY(MoveFile(connection, *existing, content.recipe));
    }
    if (existing->is_damaged && TRY(ConditionOf(connection, content.recipe)) == Condition::Whole) {
      TRY(connection.Execute("UPDATE file SET damaged = 0 WHERE id = ?", existing->row));
    }
    return existing->row;
  }
  TRY(
      connection.Execute("INSERT INTO file(sha256, hash, size, chunks, recipe, created_ms, damaged)"
                         " VALUES(?,?,?,?,?,?,?)",
                         content.sha256, content.hash, content.size_bytes, content.chunk_count,
                         EncodeRecipe(content.recipe), now_ms,
                         static_cast<std::int64_t>(TRY(ConditionOf(connection, content.recipe)))));
  return connection.LastInsertId();
}

}  // namespace banyan::storage
