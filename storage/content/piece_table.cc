#include "storage/content/piece_table.h"

#include "storage/content/shared_bytes.h"

namespace banyan::storage {
namespace {

// Of a map's entry and its bytes, beside the bytes themselves.
constexpr std::uint64_t kPieceOverheadBytes = 96;

}  // namespace

PieceTable::List PieceTable::Add(std::span<const ByteView> pieces) {
  List list;
  list.reserve(pieces.size());
  for (const auto piece : pieces) {
    const auto [at, is_new] = pieces_.try_emplace(HashSha256(piece));
    if (is_new) at->second.assign(piece.begin(), piece.end());
    if (is_new) held_bytes_ += piece.size() + kPieceOverheadBytes;
    list.push_back(&*at);
  }
  held_bytes_ += list.size() * sizeof(list[0]);
  return list;
}

std::size_t PieceTable::SizeOf(const List& list) {
  std::size_t size = 0;
  for (const Piece* piece : list) size += piece->second.size();
  return size;
}

Bytes PieceTable::Join(const List& list) {
  Bytes out;
  out.reserve(SizeOf(list));
  for (const Piece* piece : list) {
    out.insert(out.end(), piece->second.begin(), piece->second.end());
  }
  return out;
}

Result<Bytes> PieceWriter::Store(const PieceTable::List& list) {
  if (list.size() <= 1) return InPlaceColumn(PieceTable::Join(list));
  std::vector<std::int64_t> rows;
  rows.reserve(list.size());
  for (const auto* piece : list) rows.push_back(TRY(RowOf(*piece)));
  return SegmentColumn(rows);
}

Result<std::int64_t> PieceWriter::RowOf(const PieceTable::Piece& piece) {
  const auto [at, is_new] = rows_.try_emplace(&piece);
  if (is_new) at->second = TRY(StoreSegment(connection_, piece.first, piece.second));
  return at->second;
}

}  // namespace banyan::storage
