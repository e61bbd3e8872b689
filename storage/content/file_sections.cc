#include "storage/content/file_sections.h"

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

Result<std::shared_ptr<const FileSections>> FileSections::Load(LocalContentStore& store,
                                                               const FileContent& file) {
  std::shared_ptr<FileSections> sections(new FileSections(store, file.recipe));
  const ChunkList chunks = TRY(store.ListChunks(file));
  sections->outline_ = MakeOutline(chunks);
  return std::shared_ptr<const FileSections>(std::move(sections));
}

template <typename Visit>
Status FileSections::ForEachChunk(std::size_t index, const Visit& visit) const {
  if (index >= outline_.sections.size()) return Error(Errc::NotFound, "no such section");
  std::uint64_t skip = 0;
  for (std::size_t i = 0; i < index; ++i) skip += outline_.sections[i].chunk_count;
  std::uint64_t left = outline_.sections[index].chunk_count;
  for (const Term& term : recipe_.terms) {
    if (left == 0) break;
    if (skip >= term.count) {
      skip -= term.count;
      continue;
    }
    const auto pack = TRY(store_.core().packs->Get(term.pack));
    const auto from = static_cast<std::uint32_t>(skip);
    const auto count = static_cast<std::uint32_t>(std::min<std::uint64_t>(left, term.count - from));
    skip = 0;
    left -= count;
    for (std::uint32_t i = 0; i < count; ++i) {
      const std::uint32_t at = term.first + from + i;
      visit(ChunkLocation{term.pack, at}, pack->entry(at));
    }
  }
  return Ok();
}

Result<ChunkList> FileSections::Section(std::size_t index) const {
  ChunkList chunks;
  TRY(ForEachChunk(index, [&](const ChunkLocation&, const PackEntry& entry) {
    chunks.push_back({entry.id, entry.raw_bytes});
  }));
  return chunks;
}

Result<std::unique_ptr<SectionData>> FileSections::Data(std::size_t index,
                                                        EncodingSet accepted) const {
  std::vector<BatchEntry> table;
  std::vector<SectionData::Piece> pieces;
  TRY(ForEachChunk(index, [&](const ChunkLocation& at, const PackEntry& entry) {
    const bool as_stored = (accepted >> static_cast<unsigned>(entry.encoding) & 1) != 0;
    const std::uint32_t size = as_stored ? entry.stored_bytes : entry.raw_bytes;
    table.push_back({size, entry.raw_bytes, as_stored ? entry.encoding : Encoding::Raw});
    pieces.push_back({at.pack, at.index, size, as_stored});
  }));
  return std::unique_ptr<SectionData>(
      new SectionData(store_.core(), EncodeBatchTable(table), std::move(pieces)));
}

}  // namespace banyan::storage
