#include "federation/row_files.h"

#include "federation/cosignatures.h"
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
    const auto note = TRY(AddCosignatures(connection, log, head->note));
    return Bytes(note.begin(), note.end());
  }
  const auto tile = Tile::Parse(path);
  if (!tile) return absent;
  const auto width = TileWidth(tile->level, tile->index, head->frontier.size());
  if (tile->width > width) return absent;
  if (tile->level != Tile::kEntries) return ReadHashes(connection, log, *tile);
  const auto entries = TRY(ReadEntries(connection, log, tile->index * kTileWidth, tile->width));
  return WriteEntryBundle(entries);
}

Result<LogName> FindLogName(Connection& connection, const Sha256& hash) {
  auto rows = connection.Query(
      "SELECT node, epoch FROM log_head JOIN origin ON origin.id = origin WHERE note != ''");
  std::optional<LogName> found;
  while (!found && rows.Next()) {
    const LogName name{NodeId(rows.DigestAt<LogHash>(0)), static_cast<std::uint64_t>(rows.Int(1))};
    if (HashSha256(AsBytes(name.ToString())) == hash) found = name;
  }
  TRY(Status(rows.status()));
  if (found) return *std::move(found);
  return Error(Errc::NotFound, "no log of this name is here");
}

}  // namespace banyan::federation
