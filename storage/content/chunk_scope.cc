#include "storage/content/chunk_scope.h"

#include <algorithm>

namespace banyan::storage {

void LocationSet::Add(const Term& term) {
  auto& runs = runs_[term.pack];
  std::uint32_t first = term.first;
  std::uint32_t end = term.first + term.count;
  auto at = runs.upper_bound(first);
  if (at != runs.begin() && std::prev(at)->second >= first) --at;
  while (at != runs.end() && at->first <= end) {
    first = std::min(first, at->first);
    end = std::max(end, at->second);
    at = runs.erase(at);
  }
  runs[first] = end;
}

bool LocationSet::Overlaps(const Term& run) const {
  const auto pack = runs_.find(run.pack);
  if (pack == runs_.end()) return false;
  const auto after = pack->second.lower_bound(run.first + run.count);
  return after != pack->second.begin() && std::prev(after)->second > run.first;
}

// The session's places first: what a file takes over meanwhile is found there.
Result<ChunkScope> ChunkScope::Load(Database& database, std::int64_t repository,
                                    std::int64_t session) {
  ChunkScope scope(database, repository);
  {
    auto connection = TRY(database.Read());
    auto rows =
        connection->Query("SELECT pack, first, count FROM upload_range WHERE session = ?", session);
    while (rows.Next()) {
      scope.own_.Add({static_cast<PackId>(rows.Int(0)), static_cast<std::uint32_t>(rows.Int(1)),
                      static_cast<std::uint32_t>(rows.Int(2)), 0});
    }
    TRY(Status(rows.status()));
  }
  TRY(scope.ReadFiles());
  return scope;
}

void ChunkScope::AddFile(const Recipe& recipe) {
  for (const Term& term : recipe.terms) files_.Add(term);
}

Status ChunkScope::ReadFiles() {
  LocationSet files;
  auto connection = TRY(database_->Read());
  auto rows = connection->Query(
      "SELECT recipe FROM repository_file JOIN file ON file.id = file"
      " WHERE repository = ?",
      repository_);
  while (rows.Next()) {
    const Recipe recipe = TRY(ParseRecipe(rows.Blob(0)));
    for (const Term& term : recipe.terms) files.Add(term);
  }
  TRY(Status(rows.status()));
  files_ = std::move(files);
  return Ok();
}

Result<Visibility> ChunkScope::Judge(const ChunkLocation& at) {
  if (files_.Contains(at) || own_.Contains(at)) return Visibility::Visible;
  auto counts = public_.find(at.pack);
  if (counts == public_.end()) {
    auto connection = TRY(database_->Read());
    auto rows = connection->Query("SELECT counts FROM pack_visibility WHERE pack = ?", at.pack);
    Bytes read;
    if (rows.Next()) read.assign(rows.Blob(0).begin(), rows.Blob(0).end());
    TRY(Status(rows.status()));
    counts = public_.emplace(at.pack, std::move(read)).first;
  }
  const std::size_t byte = std::size_t{at.index} * 2;
  const Bytes& bytes = counts->second;
  const bool is_public = byte + 2 <= bytes.size() && LoadLe<std::uint16_t>(&bytes[byte]) > 0;
  return is_public ? Visibility::Visible : Visibility::Hidden;
}

}  // namespace banyan::storage
