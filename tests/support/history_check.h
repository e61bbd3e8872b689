#pragma once
// Is a catalog true? Every revision of a repository reads back, object by object, its files are
// held, and every figure equals what is held. Whether each file has its bytes: CheckMemoryStore.

#include <algorithm>
#include <map>
#include <set>

#include "storage/catalog/quota.h"
#include "storage/history/history.h"
#include "tests/support/must.h"

namespace banyan::tests {

inline std::vector<std::int64_t> ReadNumbers(storage::Connection& connection,
                                             std::string_view sql) {
  std::vector<std::int64_t> numbers;
  auto rows = connection.Query(sql);
  while (rows.Next()) numbers.push_back(rows.Int(0));
  MUST(Status(rows.status()));
  return numbers;
}

// Sizes charged, reference counts, and the public counts of chunks.
inline void CheckFigures(storage::Connection& connection) {
  for (const char* wrong :
       {"SELECT id FROM repository r WHERE stored_bytes <> (SELECT coalesce(sum(size), 0) FROM file"
        " JOIN repository_file ON file = id WHERE repository = r.id AND committed = 1)",
        "SELECT id FROM namespace n WHERE used_bytes <> (SELECT coalesce(sum(stored_bytes), 0)"
        " FROM repository WHERE namespace = n.id)",
        "SELECT id FROM file f WHERE public_references <> (SELECT count(*) FROM repository_file"
        " JOIN repository r ON r.id = repository WHERE file = f.id AND committed = 1"
        " AND private = 0 AND gated = 0)"}) {
    INFO(wrong);
    REQUIRE(ReadNumbers(connection, wrong).empty());
  }
  std::map<storage::PackId, std::vector<std::uint16_t>> counts;
  for (const auto row :
       ReadNumbers(connection, "SELECT id FROM file WHERE public_references > 0")) {
    for (const auto& term : MUST(storage::GetFile(connection, row)).recipe.terms) {
      auto& of_pack = counts[term.pack];
      of_pack.resize(std::max<std::size_t>(of_pack.size(), term.first + term.count));
      for (std::uint32_t i = 0; i < term.count; ++i) ++of_pack[term.first + i];
    }
  }
  auto rows = connection.Query("SELECT pack, counts FROM pack_visibility");
  while (rows.Next()) {
    auto& expected = counts[static_cast<storage::PackId>(rows.Int(0))];
    const ByteView blob = rows.Blob(1);
    expected.resize(std::max(expected.size(), blob.size() / 2));
    for (std::size_t i = 0; i < expected.size(); ++i) {
      REQUIRE(i * 2 < blob.size());
      REQUIRE(LoadLe<std::uint16_t>(&blob[i * 2]) == expected[i]);
    }
    expected.clear();
  }
  for (const auto& [pack, left] : counts) REQUIRE(left.empty());
}

// Manifest, git tree and content of one revision say the same.
inline void CheckRevision(storage::Connection& connection, storage::ContentStore& store,
                          std::int64_t repository, const storage::Revision& revision) {
  auto history = MUST(storage::History::Open(connection, store, repository));
  MUST(history->ReadCommit(revision.commit));
  storage::ManifestTotals totals;
  std::set<std::string> paths;
  MUST(storage::WalkManifest(
      history->nodes(), revision.manifest, "",
      [&](const std::string& path, const storage::ManifestEntry& entry) -> Status {
        const auto file = TRY(storage::FindFile(connection, entry.sha256));
        REQUIRE(file.has_value());
        REQUIRE(file->size_bytes == entry.size_bytes);
        TRY(history->objects().Read(entry.oid));
        auto held = connection.Query(
            "SELECT 1 FROM repository_file WHERE repository = ? AND file = ? AND committed = 1",
            repository, file->row);
        REQUIRE(held.Next());
        totals.bytes += entry.size_bytes;
        ++totals.files;
        paths.insert(path);
        return Ok();
      }));
  REQUIRE(totals.bytes == revision.bytes);
  REQUIRE(totals.files == revision.files);
  for (const auto& item : MUST(history->List(revision, {"", true, "", 1000000})).items) {
    if (!item.is_folder) REQUIRE(paths.erase(item.path) == 1);
  }
  REQUIRE(paths.empty());
}

// All that `repository` shows; the head of its row is where its branch is.
inline void CheckHistory(storage::Connection& connection, storage::ContentStore& store,
                         std::int64_t repository) {
  std::vector<GitOid> commits;
  {
    auto rows = connection.Query("SELECT oid FROM revision WHERE repository = ?", repository);
    while (rows.Next()) commits.push_back(rows.DigestAt<GitOid>(0));
    MUST(Status(rows.status()));
  }
  for (const auto& commit : commits) {
    const auto revision = MUST(storage::FindRevision(connection, repository, commit));
    CheckRevision(connection, store, repository, *revision);
  }
  for (const auto& ref : MUST(storage::ListRefs(connection, repository))) {
    REQUIRE(std::find(commits.begin(), commits.end(), ref.commit) != commits.end());
  }
  const auto branch = MUST(storage::DefaultBranch(connection, repository));
  const auto ref = MUST(storage::FindRef(connection, repository, storage::BranchRef(branch)));
  auto rows = connection.Query("SELECT head FROM repository WHERE id = ?", repository);
  REQUIRE(rows.Next());
  if (ref) REQUIRE(rows.DigestAt<GitOid>(0) == ref->commit);
  CheckFigures(connection);
}

}  // namespace banyan::tests
