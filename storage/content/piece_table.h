#pragma once
// Byte strings that differ little from one version to the next, in memory on their way into the
// catalog: as there (shared_bytes.h), each piece is kept once, so that ten thousand versions of a
// tree take little more than what differs. Used by one thread.

#include <span>
#include <unordered_map>
#include <vector>

#include "storage/base/digest.h"
#include "storage/base/sqlite.h"

namespace banyan::storage {

class PieceTable {
 public:
  using Piece = std::pair<const Sha256, Bytes>;
  // One byte string. Valid as long as the table, or the one that it was moved to.
  using List = std::vector<const Piece*>;

  PieceTable() = default;
  PieceTable(PieceTable&&) = default;
  PieceTable& operator=(PieceTable&&) = default;

  List Add(std::span<const ByteView> pieces);
  // About how much memory the pieces and the lists take.
  std::uint64_t held_bytes() const { return held_bytes_; }

  static Bytes Join(const List& list);
  static std::size_t SizeOf(const List& list);

 private:
  std::unordered_map<Sha256, Bytes> pieces_;
  std::uint64_t held_bytes_ = 0;
};

// Stores lists of one table, inside one transaction: asks the catalog for each piece once.
class PieceWriter {
 public:
  explicit PieceWriter(Connection& connection) : connection_(connection) {}
  // The column's bytes, as StoreShared gives them.
  Result<Bytes> Store(const PieceTable::List& list);

 private:
  Result<std::int64_t> RowOf(const PieceTable::Piece& piece);

  Connection& connection_;
  std::unordered_map<const PieceTable::Piece*, std::int64_t> rows_;  // of tree_segment
};

}  // namespace banyan::storage
