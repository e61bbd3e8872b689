#include "federation/own/common_size.h"

#include <algorithm>

namespace banyan::federation {

Result<std::uint64_t> FindCommonSize(storage::Database& database, const FollowedLog& own,
                                     const LogState& theirs, PeerSource& peer) {
  auto lease = TRY(database.Read());
  const auto rows = TRY(CountEntries(*lease, own.log));
  Frontier told;
  std::uint64_t common = 0;
  while (told.size() < theirs.size) {
    const auto from = told.size();
    const Tile bundle{Tile::kEntries, from / kTileWidth,
                      TileWidth(Tile::kEntries, from / kTileWidth, theirs.size)};
    const auto bytes = TRY(peer.Get(own.name.Path() + bundle.Path(), kMaxBundleBytes));
    const auto entries = TRY(ReadEntryBundle(bytes, bundle.width));
    const auto here = std::min<std::uint64_t>(bundle.width, rows - std::min(rows, from));
    const auto ours = TRY(ReadEntries(*lease, own.log, from, here));
    for (std::size_t i = 0; i < entries.size(); ++i) {
      if (common == told.size() && i < ours.size() && ours[i] == entries[i]) ++common;
      told.Append(HashLeaf(entries[i]));
    }
  }
  if (told.Root() == theirs.root) return common;
  return Error(Errc::Invalid, peer.Name() + ": its entries do not lead to the head that it showed");
}

}  // namespace banyan::federation
