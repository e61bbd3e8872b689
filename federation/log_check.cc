#include "federation/log_check.h"

#include <algorithm>

#include "federation/format/entry_bundle.h"
#include "federation/format/log_name.h"
#include "federation/format/tile_builder.h"
#include "federation/origin_rows.h"
#include "federation/own_origin.h"
#include "federation/signed_head.h"

namespace banyan::federation {
namespace {

// Of one signed head.
class Comparison {
 public:
  Comparison(storage::Connection& connection, FileSystem& fs, const std::string& directory)
      : connection_(connection), fs_(fs), directory_(directory) {}

  Status Run(LogId log, const LogState& head, const std::atomic<bool>& cancelled) {
    TRY(RequireRows(log, head.size));
    TileBuilder builder;
    for (std::uint64_t index = 0; index * kTileWidth < head.size; ++index) {
      if (cancelled) return Error(Errc::Cancelled, "interrupted");
      const Tile bundle{Tile::kEntries, index, TileWidth(Tile::kEntries, index, head.size)};
      const auto entries = TRY(ReadEntries(connection_, log, index * kTileWidth, bundle.width));
      for (const auto& entry : entries) builder.Append(HashLeaf(entry));
      TRY(Compare(bundle, WriteEntryBundle(entries)));
    }
    if (builder.state() != head) {
      return Error(Errc::Corrupt, "the catalog's entries do not lead to the root that was signed");
    }
    for (const auto& [tile, hashes] : builder.TakeTiles()) TRY(Compare(tile, hashes));
    signed_entries_ = head.size;
    return Ok();
  }
  // Narrower files go when the log grows; whole ones stay for ever.
  enum class Narrow { Count, LeaveOut };
  LogCheck Outcome(Narrow narrow) const {
    LogCheck check{signed_entries_, whole_.count, whole_.first};
    if (narrow == Narrow::LeaveOut) return check;
    check.wrong_files += narrow_.count;
    if (whole_.count == 0) check.wrong_file = narrow_.first;
    return check;
  }

 private:
  Status RequireRows(LogId log, std::uint64_t size) const {
    const auto rows = TRY(CountEntries(connection_, log));
    if (rows >= size) return Ok();
    return Error(Errc::Corrupt, "its signed head has " + std::to_string(size) +
                                    " entries, the catalog has " + std::to_string(rows));
  }
  Status Compare(const Tile& tile, ByteView wanted) {
    const auto path = directory_ + "/" + tile.Path();
    const auto there = ReadFile(fs_, path, wanted.size());
    const auto code = there ? Errc::NotFound : there.error().code();
    if (code == Errc::Io || code == Errc::Unavailable) return there.error();
    if (there && std::ranges::equal(*there, wanted)) return Ok();
    auto& wrong = tile.width == kTileWidth ? whole_ : narrow_;
    if (wrong.count++ == 0) wrong.first = path;
    return Ok();
  }

  storage::Connection& connection_;
  FileSystem& fs_;
  const std::string& directory_;
  struct Wrong {
    std::uint64_t count = 0;
    std::string first;
  };
  Wrong whole_;
  Wrong narrow_;
  std::uint64_t signed_entries_ = 0;
};

}  // namespace

Result<LogCheck> CheckLogFiles(storage::Connection& connection, FileSystem& fs,
                               const std::string& directory, LogId log,
                               const std::atomic<bool>& cancelled) {
  const auto node = TRY(FindOwnNode(connection));
  const auto line = LogName{node.value(), log.epoch}.ToString();
  const auto stated = TRY(StatedKeys(connection, log));
  const auto path = directory + "/checkpoint";
  const auto head = TRY(ReadSignedHead(fs, path, line, stated.keys.log));
  if (!head) return LogCheck();
  Comparison comparison(connection, fs, directory);
  TRY(comparison.Run(log, head->state, cancelled));
  const auto now = TRY(ReadSignedHead(fs, path, line, stated.keys.log));
  const bool has_grown = !now || now->state != head->state;
  return comparison.Outcome(has_grown ? Comparison::Narrow::LeaveOut : Comparison::Narrow::Count);
}

}  // namespace banyan::federation
