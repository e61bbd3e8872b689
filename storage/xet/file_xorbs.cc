#include "storage/xet/file_xorbs.h"

#include <algorithm>

#include "storage/content/slice_gatherer.h"

namespace banyan::storage {
namespace {

struct Bytes64 {
  std::uint64_t from = 0;
  std::uint64_t end = 0;
};

// The part of a xorb, of which `chunks` are all, that has the bytes `wanted` of it.
FileTerm TermOf(const FileXorbPlace& place, std::span<const ChunkRef> chunks, const Bytes64& wanted,
                std::uint64_t& skip_bytes) {
  FileTerm term{place, HashXorb(chunks), {}, 0, 0, 0};
  std::uint64_t at = 0;
  for (std::size_t i = 0; i < chunks.size() && at < wanted.end; ++i) {
    const std::uint64_t end = at + chunks[i].size_bytes;
    if (end <= wanted.from) {
      term.chunks.first = i + 1;
      term.stored_from += kXorbHeadBytes + chunks[i].size_bytes;
    } else {
      if (at <= wanted.from) skip_bytes = wanted.from - at;
      term.chunks.end = i + 1;
      term.raw_bytes += chunks[i].size_bytes;
    }
    at = end;
  }
  const std::size_t count = term.chunks.end - term.chunks.first;
  term.stored_end = term.stored_from + term.raw_bytes + count * kXorbHeadBytes;
  return term;
}

Status AddSection(const FileSections& file, std::size_t section, std::uint64_t start,
                  const Bytes64& wanted, FileTerms& terms) {
  const ChunkList all = TRY(file.Section(section));
  std::uint64_t at = start;
  for (const ChunkRun& run : XorbRuns(all)) {
    const auto chunks = std::span<const ChunkRef>(all).subspan(run.first, run.end - run.first);
    const std::uint64_t end = at + RawBytesOf(chunks);
    if (end > wanted.from && at < wanted.end) {
      const Bytes64 part{std::max(wanted.from, at) - at, std::min(wanted.end, end) - at};
      std::uint64_t skip_bytes = 0;
      auto term = TermOf({section, run}, chunks, part, skip_bytes);
      if (terms.terms.empty()) terms.skip_bytes = skip_bytes;
      terms.terms.push_back(std::move(term));
    }
    at = end;
  }
  return Ok();
}

}  // namespace

std::vector<ChunkRun> XorbRuns(std::span<const ChunkRef> section) {
  std::vector<ChunkRun> runs;
  std::uint64_t bytes = 0;
  for (std::size_t i = 0; i < section.size(); ++i) {
    bytes += section[i].size_bytes;
    const bool is_full =
        runs.empty() || bytes > kMaxXorbRawBytes || i - runs.back().first == kMaxXorbChunks;
    if (is_full) {
      runs.push_back({i, i});
      bytes = section[i].size_bytes;
    }
    runs.back().end = i + 1;
  }
  return runs;
}

Result<FileTerms> TermsOf(const FileSections& file, std::uint64_t from, std::uint64_t end) {
  FileTerms terms;
  std::uint64_t at = 0;
  const auto& sections = file.outline().sections;
  for (std::size_t i = 0; i < sections.size() && at < end; ++i) {
    const std::uint64_t next = at + sections[i].size_bytes;
    if (next > from) TRY(AddSection(file, i, at, {from, end}, terms));
    at = next;
  }
  return terms;
}

Result<std::unique_ptr<XorbData>> XorbData::Of(LocalContentStore& store, const FileSections& file,
                                               const FileXorbPlace& place) {
  const auto places = TRY(file.Places(place.section));
  TRY(RequireRun(place.run, places.size()));
  std::unique_ptr<XorbData> data(new XorbData(store.core()));
  std::shared_ptr<Pack> pack;
  for (std::size_t i = place.run.first; i < place.run.end; ++i) {
    const ChunkLocation& at = places[i];
    if (pack == nullptr || pack->id() != at.pack) pack = TRY(store.core().packs->Get(at.pack));
    data->pieces_.push_back({at, pack->entry(at.index).raw_bytes});
    data->size_bytes_ += kXorbHeadBytes + data->pieces_.back().raw_bytes;
  }
  return data;
}

Status XorbData::Stream(std::uint64_t offset, std::uint64_t size_bytes,
                        const FileReader::Sink& sink) {
  if (offset > size_bytes_ || size_bytes > size_bytes_ - offset) {
    return Error(Errc::Invalid, "range outside the xorb");
  }
  SliceGatherer out(core_, sink);
  ByteWindow range{offset, size_bytes};
  for (const Piece& piece : pieces_) {
    if (range.left_bytes == 0) break;
    const auto head = EncodeXorbHead({piece.raw_bytes, piece.raw_bytes, XorbScheme::None});
    const auto [head_from, head_length] = range.Take(head.size());
    TRY(out.AddCopied(ByteView(head).subspan(head_from, head_length)));
    const auto [from, length] = range.Take(piece.raw_bytes);
    if (length == 0) continue;
    const auto pack = TRY(core_.packs->Get(piece.at.pack));
    const PackEntry entry = pack->entry(piece.at.index);
    if (entry.raw_bytes != piece.raw_bytes || entry.dropped) {
      return Error(Errc::Corrupt, "pack " + std::to_string(piece.at.pack) + ": a chunk is missing");
    }
    TRY(out.AddChunk(*pack, piece.at.index, from, length));
  }
  return out.Flush();
}

}  // namespace banyan::storage
