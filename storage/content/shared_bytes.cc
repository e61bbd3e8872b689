#include "storage/content/shared_bytes.h"

#include <algorithm>

#include "storage/content/piece_table.h"

namespace banyan::storage {
namespace {

constexpr std::uint8_t kInPlace = 0;
constexpr std::uint8_t kList = 1;

Error Damaged() { return Error(Errc::Corrupt, "catalog: malformed list of tree segments"); }

}  // namespace

bool EndsPiece(std::string_view name, std::uint32_t mean) {
  std::uint32_t hash = 2166136261u;  // FNV-1a, its halves mixed
  for (char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619u;
  return ((hash ^ hash >> 16) & (mean - 1)) == 0;
}

Result<std::int64_t> StoreSegment(Connection& connection, const Sha256& hash, ByteView piece) {
  {
    auto rows = connection.Query("SELECT id FROM tree_segment WHERE hash = ?", hash);
    if (rows.Next()) return rows.Int(0);
    TRY(rows.status());
  }
  TRY(connection.Execute("INSERT INTO tree_segment(hash, data) VALUES(?, ?)", hash, piece));
  return connection.LastInsertId();
}

Bytes InPlaceColumn(ByteView piece) {
  Bytes column(1 + piece.size(), kInPlace);
  std::copy(piece.begin(), piece.end(), column.begin() + 1);
  return column;
}

Bytes SegmentColumn(std::span<const std::int64_t> rows) {
  ByteWriter out;
  out.U8(kList);
  out.Varint(rows.size());
  for (const auto row : rows) out.Varint(static_cast<std::uint64_t>(row));
  return out.Take();
}

Result<Bytes> StoreShared(Connection& connection, std::span<const ByteView> pieces) {
  PieceTable table;
  return PieceWriter(connection).Store(table.Add(pieces));
}

Result<std::vector<std::int64_t>> ListSegments(ByteView column) {
  ByteReader in(column);
  const std::uint8_t form = in.U8();
  if (form == kInPlace && in.ok()) return std::vector<std::int64_t>();
  const std::uint64_t count = in.Varint();
  if (form != kList || count > in.remaining()) return Damaged();
  std::vector<std::int64_t> ids;
  ids.reserve(count);
  for (std::uint64_t i = 0; i < count; ++i) ids.push_back(static_cast<std::int64_t>(in.Varint()));
  if (!in.AtEnd()) return Damaged();
  return ids;
}

Result<Bytes> LoadShared(Connection& connection, ByteView column, std::size_t max_bytes) {
  if (!column.empty() && column[0] == kInPlace) {
    const auto bytes = column.subspan(1);
    if (bytes.size() > max_bytes) return Damaged();
    return Bytes(bytes.begin(), bytes.end());
  }
  Bytes out;
  for (const std::int64_t id : TRY(ListSegments(column))) {
    auto rows = connection.Query("SELECT data FROM tree_segment WHERE id = ?", id);
    if (!rows.Next()) {
      TRY(rows.status());
      return Error(Errc::Corrupt, "catalog: tree segment " + std::to_string(id) + " is missing");
    }
    const auto piece = rows.Blob(0);
    if (piece.size() > max_bytes - out.size()) return Damaged();
    out.insert(out.end(), piece.begin(), piece.end());
  }
  return out;
}

}  // namespace banyan::storage
