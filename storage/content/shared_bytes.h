#pragma once
// Byte strings that differ little from one version to the next (git trees, search tree nodes) are
// kept as lists of pieces, each piece stored once in tree_segment. The form in a data column:
//   u8 0, the bytes                               one piece: kept in place
//   u8 1, varint count, varint tree_segment.id for each piece
// Who cuts decides where, so that equal parts of two versions give equal pieces.

#include <span>
#include <vector>

#include "storage/base/sqlite.h"

namespace banyan::storage {

// Whether a piece ends behind the entry of this name: one name in `mean` (a power of two) does.
bool EndsPiece(std::string_view name, std::uint32_t mean);

// Stores the pieces that are not there yet and returns the column's bytes. Inside a transaction.
// Of many byte strings, PieceWriter (piece_table.h) does it faster.
Result<Bytes> StoreShared(Connection& connection, std::span<const ByteView> pieces);

// What it is made of: the row of one piece, and both forms of the column.
Result<std::int64_t> StoreSegment(Connection& connection, const Sha256& hash, ByteView piece);
Bytes InPlaceColumn(ByteView piece);
Bytes SegmentColumn(std::span<const std::int64_t> rows);

// Puts the bytes together again. Corrupt when a piece is missing, the list is malformed or the
// result would exceed `max_bytes`.
Result<Bytes> LoadShared(Connection& connection, ByteView column, std::size_t max_bytes);

// The tree_segment rows a data column names.
Result<std::vector<std::int64_t>> ListSegments(ByteView column);

}  // namespace banyan::storage
