#pragma once
// Where two histories of the own log part.

#include "federation/follow/followed_log.h"
#include "federation/format/entry_bundle.h"
#include "federation/format/tile.h"
#include "federation/transfer/peer_source.h"

namespace banyan::federation {

inline constexpr std::size_t kMaxBundleBytes = kTileWidth * (kMaxEntryBytes + 2);

// How many entries of the peer's log, whose signed head is `theirs`, are those of the own one. All
// of the peer's entries are read, and nothing is kept. Invalid when they do not lead to that head.
Result<std::uint64_t> FindCommonSize(storage::Database& database, const FollowedLog& own,
                                     const LogState& theirs, PeerSource& peer);

}  // namespace banyan::federation
