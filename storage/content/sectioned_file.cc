#include "storage/content/sectioned_file.h"

#include <algorithm>
#include <charconv>

#include "storage/content/slice_gatherer.h"

namespace banyan::storage {

Result<EncodingSet> ParseEncodingSet(std::string_view text) {
  EncodingSet set = kRawOnly;
  while (!text.empty()) {
    const std::size_t comma = std::min(text.find(','), text.size());
    unsigned number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + comma, number);
    if (error != std::errc() || end != text.data() + comma) {
      return Error(Errc::Invalid, "encodings: expected numbers such as 0,1,2");
    }
    if (number < static_cast<unsigned>(kEncodingCount)) set |= 1u << number;
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  return set;
}

SectionData::SectionData(ContentCore& core, Bytes table, std::vector<Piece> pieces)
    : core_(core),
      table_(std::move(table)),
      pieces_(std::move(pieces)),
      size_bytes_(table_.size()) {
  for (const Piece& piece : pieces_) size_bytes_ += piece.size_bytes;
}

Result<std::unique_ptr<SectionData>> SectionData::Of(ContentCore& core,
                                                     std::span<const ChunkLocation> places,
                                                     EncodingSet accepted) {
  std::vector<BatchEntry> table;
  std::vector<Piece> pieces;
  std::shared_ptr<Pack> pack;
  for (std::size_t i = 0; i < places.size(); ++i) {
    const ChunkLocation& at = places[i];
    if (i == 0 || at.pack != places[i - 1].pack) pack = TRY(core.packs->Get(at.pack));
    const PackEntry entry = pack->entry(at.index);
    const bool as_stored = (accepted >> static_cast<unsigned>(entry.encoding) & 1) != 0;
    const std::uint32_t size = as_stored ? entry.stored_bytes : entry.raw_bytes;
    table.push_back({size, entry.raw_bytes, as_stored ? entry.encoding : Encoding::Raw});
    pieces.push_back({at.pack, at.index, size, as_stored});
  }
  return std::unique_ptr<SectionData>(
      new SectionData(core, EncodeBatchTable(table), std::move(pieces)));
}

Status SectionData::Stream(std::uint64_t offset, std::uint64_t size_bytes, bool allow_mapped,
                           const FileReader::Sink& sink) {
  if (offset > size_bytes_ || size_bytes > size_bytes_ - offset) {
    return Error(Errc::Invalid, "range outside the section");
  }
  SliceGatherer out(core_, sink);
  ByteWindow range{offset, size_bytes};
  const auto [table_from, table_length] = range.Take(table_.size());
  TRY(out.AddCopied(ByteView(table_).subspan(table_from, table_length)));
  for (const Piece& piece : pieces_) {
    if (range.left_bytes == 0) break;
    const auto [from, length] = range.Take(piece.size_bytes);
    if (length == 0) continue;
    TRY(StreamPiece(piece, from, length, allow_mapped, out));
  }
  return out.Flush();
}

Status SectionData::StreamPiece(const Piece& piece, std::size_t from, std::size_t length,
                                bool allow_mapped, SliceGatherer& out) {
  const auto pack = TRY(core_.packs->Get(piece.pack));
  const PackEntry entry = pack->entry(piece.index);
  if (entry.raw_bytes == 0 || entry.dropped) {
    return Error(Errc::Corrupt, "pack " + std::to_string(piece.pack) + ": a chunk is missing");
  }
  if (!piece.as_stored) {
    return out.AddChunk(*pack, piece.index, from, length);
  }
  if (allow_mapped) {
    if (const auto mapping = TRY(pack->Map())) {
      return out.AddMapped(pack, mapping, entry.offset + from, length);
    }
  }
  TRY(pack->ReadStored(entry, TRY(out.Reserve(entry.stored_bytes))));
  out.KeepReserved(from, length);
  return Ok();
}

}  // namespace banyan::storage
