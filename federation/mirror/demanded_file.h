#pragma once
// One file of a mirrored repository, fetched because a client asked for it.
//
//   held, or open to all here ─▶ nothing to fetch
//   else: FileMirror (chunk by chunk, then SHA-256) ─▶ git id ─▶ one transaction: it is held
//
// What arrived of it stays when that breaks off, and the next one goes on from there.

#include "federation/mirror/repository_mirror.h"
#include "storage/history/manifest.h"

namespace banyan::federation {

struct DemandReport {
  // Errors as MirrorReport's, but none is noted with the mirror. Conflict: it was withheld or went
  // away meanwhile.
  Status outcome;
  bool is_put_off = false;  // as MirrorReport's
  std::uint64_t fetched_bytes = 0;
  std::vector<PeerLie> lies;
};

// `entry` is of a manifest of a revision of the mirrored repository.
DemandReport FetchDemanded(const MirrorParts& parts, std::int64_t repository,
                           const storage::ManifestEntry& entry, std::span<PeerSource* const> peers);

// The files of the newest revisions of all branches and tags, by digest.
Result<std::map<Sha256, storage::ManifestEntry>> ListStated(storage::Connection& connection,
                                                            storage::NodeStore& nodes,
                                                            std::int64_t repository);

}  // namespace banyan::federation
