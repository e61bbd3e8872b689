#include "federation/mirror/known_sections.h"

namespace banyan::federation {
namespace {

constexpr int kFilesLooked = 4;

Result<std::vector<storage::FileContent>> ListNear(storage::Database& database,
                                                   std::int64_t repository,
                                                   std::uint64_t size_bytes) {
  auto lease = TRY(database.Read());
  std::vector<std::int64_t> ids;
  {
    auto rows = lease->Query(
        "SELECT file.id FROM repository_file JOIN file ON file.id = file"
        " WHERE repository = ?1 AND committed = 1 AND size BETWEEN ?2 / 2 AND ?2 * 2"
        " ORDER BY abs(size - ?2) LIMIT ?3",
        repository, static_cast<std::int64_t>(size_bytes), kFilesLooked);
    while (rows.Next()) ids.push_back(rows.Int(0));
    TRY(Status(rows.status()));
  }
  std::vector<storage::FileContent> files;
  for (const auto id : ids) files.push_back(TRY(storage::GetFile(*lease, id)));
  return files;
}

}  // namespace

Result<KnownSections> KnownSections::Near(storage::ContentSession& session,
                                          std::uint64_t size_bytes) {
  KnownSections known;
  auto& store = session.store();
  const auto repository = session.owner().repository;
  for (const auto& file : TRY(ListNear(store.core().database, repository, size_bytes))) {
    const auto chunks = store.ListChunks(file);
    if (!chunks) continue;  // damaged, perhaps: then it comes over the network
    const auto outline = storage::MakeOutline(*chunks);
    for (std::size_t i = 0; i < outline.sections.size(); ++i) {
      const auto list = storage::SectionChunks(outline, i, *chunks);
      known.lists_.emplace(outline.sections[i].hash, storage::ChunkList(list.begin(), list.end()));
    }
  }
  return known;
}

const storage::ChunkList* KnownSections::Find(const storage::MerkleNode& section) const {
  const auto found = lists_.find(section.hash);
  return found == lists_.end() ? nullptr : &found->second;
}

}  // namespace banyan::federation
