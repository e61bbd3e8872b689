#include "storage/content/damage.h"

#include <algorithm>
#include <map>
#include <optional>

#include "storage/base/repository_name.h"
#include "storage/content/content_store.h"
#include "storage/content/own_copies.h"

namespace banyan::storage {
namespace {

using DamagedChunks = PackStore::ChunkIndices;

// What a scrub found. A copy with what is proven to be wrong may be given up for good; the rest may
// be read again another day.
struct Damage {
  DamagedChunks all;
  DamagedChunks proven;

  explicit Damage(const ScrubReport& report) {
    for (const DamagedChunk& chunk : report.damaged) {
      all[chunk.pack].push_back(chunk.index);
      if (chunk.is_proven) proven[chunk.pack].push_back(chunk.index);
    }
  }
};

bool Touches(const DamagedChunks& damaged, const Term& term) {
  const auto found = damaged.find(term.pack);
  if (found == damaged.end()) return false;
  for (const std::uint32_t index : found->second) {
    if (index == Pack::kNone) return true;
    if (index >= term.first && index - term.first < term.count) return true;
  }
  return false;
}

Result<std::vector<std::string>> HoldersOf(Connection& connection, std::int64_t file) {
  std::vector<std::string> names;
  auto rows = connection.Query(
      "SELECT r.kind, n.name || '/' || r.name FROM repository_file h"
      " JOIN repository r ON r.id = h.repository JOIN namespace n ON n.id = r.namespace"
      " WHERE h.file = ? AND h.committed = 1 ORDER BY r.id",
      file);
  while (rows.Next()) {
    const auto kind = static_cast<RepositoryKind>(rows.Int(0));
    names.push_back(std::string(Plural(kind)) + "/" + std::string(rows.Text(1)));
  }
  TRY(Status(rows.status()));
  return names;
}

bool Touches(const DamagedChunks& damaged, const Recipe& recipe) {
  return std::any_of(recipe.terms.begin(), recipe.terms.end(),
                     [&](const Term& term) { return Touches(damaged, term); });
}

struct OwnCopy {
  std::int64_t file = 0;
  Recipe recipe;
};

// All recipes are looked at, here and below, so not while a writer waits.
Result<std::vector<OwnCopy>> FindWrongCopies(Connection& connection, const DamagedChunks& proven) {
  std::vector<OwnCopy> copies;
  if (proven.empty()) return copies;
  auto rows = connection.Query("SELECT file, recipe FROM repository_file WHERE recipe IS NOT NULL");
  while (rows.Next()) {
    auto recipe = TRY(ParseRecipe(rows.Blob(1)));
    if (Touches(proven, recipe)) copies.push_back({rows.Int(0), std::move(recipe)});
  }
  TRY(Status(rows.status()));
  return copies;
}

Result<std::vector<DamagedFile>> FindDamagedFiles(Connection& connection,
                                                  const DamagedChunks& damaged) {
  std::vector<DamagedFile> files;
  if (damaged.empty()) return files;
  auto rows = connection.Query("SELECT id, sha256, recipe FROM file");
  while (rows.Next()) {
    if (!Touches(damaged, TRY(ParseRecipe(rows.Blob(2))))) continue;
    files.push_back({rows.Int(0), rows.DigestAt<Sha256>(1), {}});
  }
  TRY(Status(rows.status()));
  return files;
}

// Mirrors that have the file are in no state that a policy selects, so that they are run again and
// fetch it anew (storage/catalog/FORMAT.md section 6).
Status UnsettleMirrors(Connection& connection, std::int64_t file) {
  return connection.Execute(
      "UPDATE mirror SET taken = 'damaged' WHERE card IN"
      " (SELECT c.id FROM repository_file h JOIN repository_card c ON c.repository = h.repository"
      " WHERE h.file = ? AND h.committed = 1)",
      file);
}

// Files that were stored anew meanwhile, or went, are not damaged; and one that somebody has
// another copy of is whole again.
Status MarkFiles(Connection& connection, const Damage& damage, std::vector<DamagedFile>& files) {
  std::vector<DamagedFile> still;
  for (DamagedFile& file : files) {
    const auto found = GetFile(connection, file.row);
    if (!found && found.error().code() == Errc::NotFound) continue;
    const auto now = TRY(Result<FileContent>(found));
    if (!Touches(damage.all, now.recipe)) continue;
    if (const auto other = TRY(FindWholeCopy(connection, file.row))) {
      TRY(ShareCopy(connection, now, *other));
      if (Touches(damage.proven, now.recipe)) TRY(ForgetCopy(connection, now.row, now.recipe));
      continue;
    }
    TRY(connection.Execute("UPDATE file SET damaged = 1 WHERE id = ?", file.row));
    TRY(UnsettleMirrors(connection, file.row));
    file.repositories = TRY(HoldersOf(connection, file.row));
    still.push_back(std::move(file));
  }
  files = std::move(still);
  return Ok();
}

Result<DamagedChunks> ReadDamage(Connection& connection) {
  DamagedChunks damaged;
  auto rows = connection.Query("SELECT pack, chunk FROM damaged_chunk");
  while (rows.Next()) {
    damaged[static_cast<PackId>(rows.Int(0))].push_back(static_cast<std::uint32_t>(rows.Int(1)));
  }
  TRY(Status(rows.status()));
  return damaged;
}

struct MarkedFile {
  std::int64_t row = 0;
  Recipe recipe;
};

// Those that may be whole again, since one of these packs was read. Earlier programs made no row of
// a pack that cannot be opened at all, so that this is tried.
Result<std::vector<MarkedFile>> FindMarkedFiles(ContentCore& core, Connection& connection,
                                                const std::vector<PackId>& read) {
  std::vector<MarkedFile> files;
  auto rows = connection.Query("SELECT id, recipe FROM file WHERE damaged = 1");
  while (rows.Next()) {
    MarkedFile file;
    file.row = rows.Int(0);
    file.recipe = TRY(ParseRecipe(rows.Blob(1)));
    const auto& terms = file.recipe.terms;
    const bool was_read = std::ranges::any_of(terms, [&](const Term& term) {
      return std::binary_search(read.begin(), read.end(), term.pack);
    });
    const auto opens = [&](const Term& term) { return core.packs->Get(term.pack).has_value(); };
    if (was_read && std::ranges::all_of(terms, opens)) files.push_back(std::move(file));
  }
  TRY(Status(rows.status()));
  return files;
}

// Of those that use nothing damaged any more. One that was stored anew meanwhile is left as it is.
Status UnmarkFiles(Connection& connection, const std::vector<MarkedFile>& files) {
  if (files.empty()) return Ok();
  const auto damaged = TRY(ReadDamage(connection));
  for (const MarkedFile& file : files) {
    if (Touches(damaged, file.recipe)) continue;
    TRY(connection.Execute("UPDATE file SET damaged = 0 WHERE id = ? AND recipe = ?", file.row,
                           EncodeRecipe(file.recipe)));
  }
  return Ok();
}

Status RecordChunks(Connection& connection, const ScrubReport& report) {
  for (const PackId pack : report.packs) {
    TRY(connection.Execute("DELETE FROM damaged_chunk WHERE pack = ?", pack));
  }
  for (const DamagedChunk& chunk : report.damaged) {
    TRY(connection.Execute("INSERT OR REPLACE INTO damaged_chunk(pack, chunk) VALUES(?, ?)",
                           chunk.pack, static_cast<std::int64_t>(chunk.index)));
  }
  return Ok();
}

Result<Condition> DamagedIfAny(Rows rows) {
  const bool found = rows.Next();
  TRY(Status(rows.status()));
  return found ? Condition::Damaged : Condition::Whole;
}

}  // namespace

Result<Condition> ConditionOf(Connection& connection, const Recipe& recipe) {
  // Mostly nothing at all is.
  const auto any = TRY(DamagedIfAny(connection.Query("SELECT 1 FROM damaged_chunk LIMIT 1")));
  if (any == Condition::Whole) return any;
  for (const Term& term : recipe.terms) {
    const auto condition = TRY(DamagedIfAny(connection.Query(
        "SELECT 1 FROM damaged_chunk WHERE pack = ?1"
        " AND ((chunk >= ?2 AND chunk < ?2 + ?3) OR chunk = ?4) LIMIT 1",
        term.pack, static_cast<std::int64_t>(term.first), static_cast<std::int64_t>(term.count),
        static_cast<std::int64_t>(Pack::kNone))));
    if (condition == Condition::Damaged) return condition;
  }
  return Condition::Whole;
}

Status LoadDamage(ContentCore& core) {
  auto connection = TRY(core.database.Read());
  core.packs->NoteDamaged(TRY(ReadDamage(*connection)));
  return Ok();
}

// The chunks first: what is recorded from then on is compared with them, so that what is listed
// after that is all that is to be marked. If the end is not recorded, it is all read again.
Status RecordDamage(ContentCore& core, ScrubReport& report,
                    const std::function<Status(Connection&)>& also) {
  const Damage damage(report);
  for (const PackId pack : report.packs) core.packs->ForgetDamaged(pack);
  core.packs->NoteDamaged(damage.all);
  TRY(core.database.Write(
      [&](Connection& connection) { return RecordChunks(connection, report); }));
  std::vector<OwnCopy> wrong_copies;
  std::vector<MarkedFile> marked;
  {
    auto connection = TRY(core.database.Read());
    wrong_copies = TRY(FindWrongCopies(*connection, damage.proven));
    report.damaged_files = TRY(FindDamagedFiles(*connection, damage.all));
    marked = TRY(FindMarkedFiles(core, *connection, report.packs));
  }
  return core.database.Write([&](Connection& connection) -> Status {
    TRY(UnmarkFiles(connection, marked));
    for (const auto& [file, recipe] : wrong_copies) TRY(ForgetCopy(connection, file, recipe));
    TRY(MarkFiles(connection, damage, report.damaged_files));
    return also(connection);
  });
}

}  // namespace banyan::storage
