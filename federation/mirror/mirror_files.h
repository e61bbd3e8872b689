#pragma once
// The files of a mirrored repository: which of them are here already, and their git blobs.

#include "federation/mirror/git_rebuild.h"

namespace banyan::federation {

// Every blob that the manifests name, each once, added to what `known` states. Errors: AddBlob's.
Result<GitRebuild::Blobs> ListBlobs(storage::NodeStore& nodes, const std::set<Sha256>& manifests,
                                    const GitRebuild::Blobs& known);

struct BlobTotals {
  std::uint64_t files = 0;  // contents: two blobs may be one
  std::uint64_t bytes = 0;
};
BlobTotals CountContents(const GitRebuild::Blobs& blobs);

// Logical bytes by which the repository grows when it has all of `blobs`, known or not; never more
// than kMaxCanonicalInt, whatever sizes are claimed.
Result<std::uint64_t> CountGrowth(storage::Connection& connection, std::int64_t repository,
                                  const GitRebuild::Blobs& blobs);

// The damaged files that the repository has beside those of `blobs`, as the manifests of its
// commits state them: of older revisions, and what came on demand.
Result<std::vector<storage::ManifestEntry>> ListDamaged(storage::Connection& connection,
                                                        storage::NodeStore& nodes,
                                                        std::int64_t repository,
                                                        const StatedHistory& stated,
                                                        const GitRebuild::Blobs& blobs);

// The contents of `blobs` that the repository may use, whole, by digest. Each is held for it from
// now on, as an upload at least. Corrupt when one is not what the origin states.
using HeldFiles = std::map<Sha256, storage::FileContent>;
Result<HeldFiles> HoldKnownFiles(storage::Database& database, std::int64_t repository,
                                 const GitRebuild::Blobs& blobs, std::int64_t now_ms);

// Larger files are pointers, by the rules of every node.
inline constexpr std::uint64_t kMaxPlainBlobBytes = 64u << 20;
// The blob as it enters the catalog. Its id was computed, here or when it came: the table of blobs
// is everybody's. Corrupt when the content has another id than the origin states.
Result<storage::PendingBlob> MakeBlob(storage::GitObjects& objects,
                                      const storage::ManifestEntry& entry,
                                      const storage::FileContent& content);

}  // namespace banyan::federation
