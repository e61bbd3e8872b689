#include "federation/mirror/mirror_files.h"

#include <algorithm>

#include "federation/format/canonical_json.h"
#include "federation/mirror/stated_file.h"
#include "storage/history/lfs.h"
#include "storage/history/manifest_source.h"
#include "storage/history/uploads.h"

namespace banyan::federation {
namespace {

using storage::Connection;
using storage::ManifestEntry;

constexpr std::size_t kHeldAtOnce = 1000;  // in one transaction

Status HoldIfKnown(Connection& connection, std::int64_t repository, const ManifestEntry& entry,
                   std::int64_t now_ms, HeldFiles& held) {
  const auto file = TRY(storage::FindUsableFile(connection, repository, entry.sha256));
  if (!file || file->is_damaged) return Ok();
  TRY(RequireStated(entry, *file));
  TRY(storage::HoldFile(connection, repository, *file, storage::Holding::Uploaded, now_ms));
  held.emplace(entry.sha256, *file);
  return Ok();
}

}  // namespace

Result<GitRebuild::Blobs> ListBlobs(storage::NodeStore& nodes, const std::set<Sha256>& manifests,
                                    const GitRebuild::Blobs& known) {
  GitRebuild::Blobs all = known;
  GitRebuild::Blobs listed;
  for (const auto& manifest : manifests) {
    TRY(storage::WalkManifest(nodes, manifest, "",
                              [&](const std::string&, const ManifestEntry& entry) -> Status {
                                TRY(AddBlob(all, entry));
                                return AddBlob(listed, entry);
                              }));
  }
  return listed;
}

BlobTotals CountContents(const GitRebuild::Blobs& blobs) {
  BlobTotals totals;
  std::set<Sha256> counted;
  for (const auto& [oid, entry] : blobs) {
    if (!counted.insert(entry.sha256).second) continue;
    totals.files += 1;
    totals.bytes += entry.size_bytes;
  }
  return totals;
}

Result<std::uint64_t> CountGrowth(Connection& connection, std::int64_t repository,
                                  const GitRebuild::Blobs& blobs) {
  constexpr std::uint64_t kMost = kMaxCanonicalInt;
  std::uint64_t bytes = 0;
  std::set<Sha256> counted;
  for (const auto& [oid, entry] : blobs) {
    if (!counted.insert(entry.sha256).second) continue;
    auto rows = connection.Query(
        "SELECT 1 FROM repository_file JOIN file ON file.id = repository_file.file "
        "WHERE repository_file.repository = ? AND file.sha256 = ? AND repository_file.committed = "
        "1",
        repository, entry.sha256);
    if (!rows.Next()) bytes += std::min(entry.size_bytes, kMost - bytes);
    TRY(rows.status());
  }
  return bytes;
}

Result<std::vector<ManifestEntry>> ListDamaged(Connection& connection, storage::NodeStore& nodes,
                                               std::int64_t repository, const StatedHistory& stated,
                                               const GitRebuild::Blobs& blobs) {
  std::set<Sha256> left;
  {
    auto rows = connection.Query(
        "SELECT file.sha256 FROM file JOIN repository_file ON repository_file.file = file.id "
        "WHERE file.damaged = 1 AND repository_file.repository = ? AND "
        "repository_file.committed = 1",
        repository);
    while (rows.Next()) left.insert(rows.DigestAt<Sha256>(0));
    TRY(rows.status());
  }
  for (const auto& [oid, entry] : blobs) left.erase(entry.sha256);
  std::set<Sha256> manifests;
  for (const auto& [oid, entry] : stated.commits) {
    if (entry.manifest) manifests.insert(*entry.manifest);
  }
  std::vector<ManifestEntry> damaged;
  for (const auto& manifest : manifests) {
    if (left.empty()) break;
    TRY(storage::WalkManifest(nodes, manifest, "",
                              [&](const std::string&, const ManifestEntry& entry) {
                                if (left.erase(entry.sha256) > 0) damaged.push_back(entry);
                                return Ok();
                              }));
  }
  return damaged;
}

Result<HeldFiles> HoldKnownFiles(storage::Database& database, std::int64_t repository,
                                 const GitRebuild::Blobs& blobs, std::int64_t now_ms) {
  HeldFiles held;
  for (auto at = blobs.begin(); at != blobs.end();) {
    TRY(database.Write([&](Connection& connection) -> Status {
      for (std::size_t i = 0; i < kHeldAtOnce && at != blobs.end(); ++i, ++at) {
        TRY(HoldIfKnown(connection, repository, at->second, now_ms, held));
      }
      return Ok();
    }));
  }
  return held;
}

Result<storage::PendingBlob> MakeBlob(storage::GitObjects& objects, const ManifestEntry& entry,
                                      const storage::FileContent& content) {
  if (entry.IsPointer()) {
    const auto text = storage::PointerText({content.sha256, content.size_bytes});
    return storage::PendingBlob{text.size(), content.sha256, true};
  }
  const storage::PendingBlob blob{content.size_bytes, content.sha256, false};
  const auto known = TRY(storage::FindBlobContent(objects, entry.oid));
  if (known && !known->is_pointer && known->file.sha256 == content.sha256) return blob;
  if (content.size_bytes > kMaxPlainBlobBytes) {
    return Error(Errc::Invalid, "git blob " + entry.oid.ToString() + " is too large to be one");
  }
  const Bytes bytes = TRY(objects.store().ReadWhole(content));
  if (TRY(objects.Hash(storage::GitObjectType::Blob, bytes)) == entry.oid) return blob;
  return Error(Errc::Corrupt, "the origin lied about file " + entry.hash.ToString() +
                                  ": it is not git blob " + entry.oid.ToString());
}

}  // namespace banyan::federation
