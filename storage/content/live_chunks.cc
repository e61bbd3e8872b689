#include "storage/content/live_chunks.h"

#include <algorithm>

namespace banyan::storage {

void LiveChunks::Mark(const Recipe& recipe) {
  for (const Term& term : recipe.terms) {
    auto& bits = packs_[term.pack];
    const std::size_t end = std::size_t{term.first} + term.count;
    if (bits.size() < end) bits.resize(end);
    std::fill(bits.begin() + term.first, bits.begin() + static_cast<std::ptrdiff_t>(end), true);
  }
}

bool LiveChunks::IsLive(PackId pack, std::uint32_t index) const {
  const auto found = packs_.find(pack);
  return found != packs_.end() && index < found->second.size() && found->second[index];
}

Status LiveChunks::MarkFiles(Connection& connection, std::int64_t after, std::int64_t upto) {
  auto rows = connection.Query("SELECT recipe FROM file WHERE id > ? AND id <= ?", after, upto);
  while (rows.Next()) Mark(TRY(ParseRecipe(rows.Blob(0))));
  return rows.status();
}

Status LiveChunks::MarkOwnCopies(Connection& connection) {
  auto rows = connection.Query("SELECT recipe FROM repository_file WHERE recipe IS NOT NULL");
  while (rows.Next()) Mark(TRY(ParseRecipe(rows.Blob(0))));
  return rows.status();
}

Status LiveChunks::MarkUploads(Connection& connection) {
  auto rows = connection.Query("SELECT pack, first, count FROM upload_range");
  while (rows.Next()) {
    Mark({{{static_cast<PackId>(rows.Int(0)), static_cast<std::uint32_t>(rows.Int(1)),
            static_cast<std::uint32_t>(rows.Int(2)), 0}}});
  }
  return rows.status();
}

Result<std::int64_t> LastFileRow(Connection& connection) {
  auto rows = connection.Query("SELECT coalesce(max(id), 0) FROM file");
  const bool found = rows.Next();
  TRY(Status(rows.status()));
  return found ? rows.Int(0) : 0;
}

}  // namespace banyan::storage
