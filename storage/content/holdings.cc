// Which repository holds which file, and what follows: public reference counts of files, public
// counts of chunks, and logical sizes. Every function runs inside its caller's transaction.

#include "storage/content/content_store.h"
#include "storage/content/damage.h"
#include "storage/content/loose_places.h"
#include "storage/content/own_copies.h"

namespace banyan::storage {
namespace {

// Adds `step` (+1 or -1) to the public count of every chunk of `recipe`. Counts stick at the top:
// a chunk of more than 65,534 public files stays public.
Status CountPublicChunks(Connection& connection, const Recipe& recipe, int step) {
  for (const Term& term : recipe.terms) {
    Bytes counts;
    {
      auto rows = connection.Query("SELECT counts FROM pack_visibility WHERE pack = ?", term.pack);
      if (rows.Next()) counts.assign(rows.Blob(0).begin(), rows.Blob(0).end());
      TRY(Status(rows.status()));
    }
    const std::size_t end = (std::size_t{term.first} + term.count) * 2;
    if (counts.size() < end) counts.resize(end);
    for (std::size_t at = std::size_t{term.first} * 2; at < end; at += 2) {
      const auto count = LoadLe<std::uint16_t>(&counts[at]);
      if (count == 0xffff || (step < 0 && count == 0)) continue;
      StoreLe(&counts[at], static_cast<std::uint16_t>(count + step));
    }
    TRY(connection.Execute("INSERT OR REPLACE INTO pack_visibility(pack, counts) VALUES(?, ?)",
                           term.pack, counts));
  }
  return Ok();
}

// 0: nobody but the repository holds the file.
Result<std::int64_t> OtherHolderOf(Connection& connection, std::int64_t file,
                                   std::int64_t repository) {
  auto rows = connection.Query(
      "SELECT repository FROM repository_file WHERE file = ? AND repository <> ? LIMIT 1", file,
      repository);
  const std::int64_t other = rows.Next() ? rows.Int(0) : 0;
  TRY(Status(rows.status()));
  return other;
}

// Of a file that becomes public: the first open repository's own copy is everybody's from now on,
// and who had the other one keeps that. A later one needs its own no more.
Status ShareOwnCopy(Connection& connection, std::int64_t repository, std::int64_t file) {
  const auto own = TRY(FindOwnCopy(connection, repository, file));
  if (!own || TRY(ConditionOf(connection, *own)) == Condition::Damaged) return Ok();
  const auto row = TRY(GetFile(connection, file));
  if (row.is_damaged || TRY(OpennessOf(connection, file)) == Openness::Closed) {
    return ShareCopy(connection, row, *own);
  }
  return connection.Execute(
      "UPDATE repository_file SET recipe = NULL WHERE repository = ? AND file = ?", repository,
      file);
}

// The repository, which holds the file, has it where `file` says from now on. But what it has is
// given up for nothing that is damaged: a scrub may have found a chunk after the file was placed.
Status UseCopy(Connection& connection, std::int64_t repository, const FileContent& file) {
  const Bytes wanted = EncodeRecipe(file.recipe);
  const Bytes own = EncodeRecipe(TRY(GetHeldFile(connection, repository, file.row)).recipe);
  if (wanted == own) return Ok();
  if (TRY(ConditionOf(connection, file.recipe)) == Condition::Damaged) return Ok();
  const auto row = TRY(GetFile(connection, file.row));
  const bool is_shared = TRY(OtherHolderOf(connection, file.row, repository)) != 0;
  const bool is_own = is_shared && file.recipe != row.recipe;
  if (!is_shared && file.recipe != row.recipe) TRY(MoveFile(connection, row, file.recipe));
  return connection.Execute(
      "UPDATE repository_file SET recipe = ? WHERE repository = ? AND file = ?",
      is_own ? std::optional(wanted) : std::nullopt, repository, file.row);
}

// One public repository more or fewer holds the file.
Status CountPublicReference(Connection& connection, std::int64_t repository, std::int64_t file,
                            int step) {
  if (step > 0) TRY(ShareOwnCopy(connection, repository, file));
  TRY(connection.Execute("UPDATE file SET public_references = public_references + ? WHERE id = ?",
                         step, file));
  std::int64_t references = 0;
  {
    auto rows = connection.Query("SELECT public_references FROM file WHERE id = ?", file);
    if (rows.Next()) references = rows.Int(0);
    TRY(Status(rows.status()));
  }
  const bool crossed = step > 0 ? references == 1 : references == 0;
  if (!crossed) return Ok();
  return CountPublicChunks(connection, TRY(GetFile(connection, file)).recipe, step);
}

Result<std::int64_t> ClosedFlag(Connection& connection, std::int64_t repository) {
  auto rows = connection.Query(
      "SELECT private OR gated <> 0 OR answer >= 2 FROM repository WHERE id = ?", repository);
  if (!rows.Next()) {
    TRY(Status(rows.status()));
    return Error(Errc::NotFound, "no such repository");
  }
  return rows.Int(0);
}

// A trigger adds the difference to the namespace's used_bytes (storage/catalog/schema.cc).
Status CountBytes(Connection& connection, std::int64_t repository, std::int64_t file, int step) {
  return connection.Execute(
      "UPDATE repository SET stored_bytes = stored_bytes + ? * (SELECT size FROM file WHERE id = ?)"
      " WHERE id = ?",
      step, file, repository);
}

// 0: no row, 1: uploaded, 2: committed.
Result<int> HoldingOf(Connection& connection, std::int64_t repository, std::int64_t file) {
  auto rows = connection.Query(
      "SELECT committed FROM repository_file WHERE repository = ? AND file = ?", repository, file);
  const bool found = rows.Next();
  TRY(Status(rows.status()));
  return found ? static_cast<int>(rows.Int(0)) + 1 : 0;
}

}  // namespace

Status MoveFile(Connection& connection, const FileContent& file, const Recipe& to) {
  bool is_public = false;
  {
    auto rows = connection.Query("SELECT public_references > 0 FROM file WHERE id = ?", file.row);
    if (rows.Next()) is_public = rows.Int(0) != 0;
    TRY(Status(rows.status()));
  }
  if (is_public) TRY(CountPublicChunks(connection, file.recipe, -1));
  TRY(connection.Execute("UPDATE file SET recipe = ? WHERE id = ?", EncodeRecipe(to), file.row));
  return is_public ? CountPublicChunks(connection, to, +1) : Ok();
}

Status HoldFile(Connection& connection, std::int64_t repository, const FileContent& file,
                Holding holding, std::int64_t now_ms) {
  const int before = TRY(HoldingOf(connection, repository, file.row));
  const int wanted = holding == Holding::Committed ? 2 : 1;
  TRY(connection.Execute("UPDATE file SET unreferenced_ms = NULL WHERE id = ?", file.row));
  if (before == 0 || wanted == 1) {
    if (TRY(LookForPlaces(connection, repository)) == Loose::Something) {
      TRY(LetGoOfPlaces(connection, repository, file.recipe.terms));
    }
  }
  if (before >= wanted) {
    TRY(connection.Execute(
        "UPDATE repository_file SET since_ms = ?, part_of = NULL WHERE repository = ? AND file = ?"
        " AND committed = 0",
        now_ms, repository, file.row));
    return UseCopy(connection, repository, file);
  }
  TRY(connection.Execute(
      "INSERT INTO repository_file(repository, file, committed, since_ms) VALUES(?,?,?,?)"
      " ON CONFLICT DO UPDATE SET committed = excluded.committed, since_ms = excluded.since_ms,"
      " part_of = NULL",
      repository, file.row, wanted - 1, now_ms));
  TRY(UseCopy(connection, repository, file));
  if (wanted != 2) return Ok();
  TRY(CountBytes(connection, repository, file.row, 1));
  const bool is_closed = TRY(ClosedFlag(connection, repository)) != 0;
  return is_closed ? Ok() : CountPublicReference(connection, repository, file.row, 1);
}

Status ReleaseFile(Connection& connection, std::int64_t repository, std::int64_t file) {
  const int before = TRY(HoldingOf(connection, repository, file));
  if (before == 0) return Ok();
  TRY(connection.Execute("DELETE FROM repository_file WHERE repository = ? AND file = ?",
                         repository, file));
  if (before != 2) return Ok();
  TRY(CountBytes(connection, repository, file, -1));
  const bool is_closed = TRY(ClosedFlag(connection, repository)) != 0;
  return is_closed ? Ok() : CountPublicReference(connection, repository, file, -1);
}

Status RepositoryVisibilityChanged(Connection& connection, std::int64_t repository,
                                   bool now_closed) {
  std::vector<std::int64_t> files;
  {
    auto rows = connection.Query(
        "SELECT file FROM repository_file WHERE repository = ? AND committed = 1", repository);
    while (rows.Next()) files.push_back(rows.Int(0));
    TRY(Status(rows.status()));
  }
  for (const std::int64_t file : files) {
    TRY(CountPublicReference(connection, repository, file, now_closed ? -1 : 1));
  }
  return Ok();
}

}  // namespace banyan::storage
