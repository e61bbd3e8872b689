#include "federation/row_files.h"

#include "federation/format/entry_bundle.h"
#include "federation/format/tile.h"

namespace banyan::federation {
namespace {

using storage::Connection;

Result<Bytes> ReadHashes(Connection& connection, LogId log, const Tile& tile) {
  ByteWriter out;
  const auto below = std::uint64_t{1} << (8 * tile.level);  // entries under each hash
  for (std::uint64_t i = 0; i < tile.width; ++i) {
    const auto from = (tile.index * kTileWidth + i) * below;
    out.Raw(TRY(HashEntries(connection, log, from, from + below)).bytes());
  }
  return out.Take();
}

}  // namespace

Result<Bytes> ReadRowFile(Connection& connection, LogId log, const std::string& path) {
  const Error absent(Errc::NotFound, "the log has no " + path);
  const auto head = TRY(FindHead(connection, log));
  if (!head) return absent;
  if (path == "checkpoint") {
    if (head->note.empty()) return absent;
    return Bytes(head->note.begin(), head->note.end());
  }
  const auto tile = Tile::Parse(path);
  if (!tile) return absent;
  const auto width = TileWidth(tile->level, tile->index, head->frontier.size());
  if (tile->width > width) return absent;
  if (tile->level != Tile::kEntries) return ReadHashes(connection, log, *tile);
  const auto entries = TRY(ReadEntries(connection, log, tile->index * kTileWidth, tile->width));
  return WriteEntryBundle(entries);
}

}  // namespace banyan::federation
