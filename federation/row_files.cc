#include "federation/row_files.h"

#include <algorithm>

#include "federation/format/entry_bundle.h"
#include "federation/format/tile.h"

namespace banyan::federation {
namespace {

using storage::Connection;

constexpr std::uint64_t kRowsAtOnce = 4096;

// The root of the entries [from, from + count), a perfect subtree.
Result<LogHash> HashEntries(Connection& connection, LogId log, std::uint64_t from,
                            std::uint64_t count) {
  Frontier frontier;
  while (frontier.size() < count) {
    const auto part = std::min(kRowsAtOnce, count - frontier.size());
    for (const auto& entry : TRY(ReadEntries(connection, log, from + frontier.size(), part))) {
      frontier.Append(HashLeaf(entry));
    }
  }
  return frontier.Root();
}

Result<Bytes> ReadHashes(Connection& connection, LogId log, const Tile& tile) {
  ByteWriter out;
  const auto below = std::uint64_t{1} << (8 * tile.level);  // entries under each hash
  for (std::uint64_t i = 0; i < tile.width; ++i) {
    const auto from = (tile.index * kTileWidth + i) * below;
    out.Raw(TRY(HashEntries(connection, log, from, below)).bytes());
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
