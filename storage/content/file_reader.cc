#include "storage/content/file_reader.h"

#include <algorithm>

namespace banyan::storage {

StoreFileReader::StoreFileReader(ContentCore& core, const FileContent& file)
    : core_(core), size_bytes_(file.size_bytes), recipe_(file.recipe) {
  std::uint64_t at = 0;
  for (const Term& term : recipe_.terms) {
    term_starts_.push_back(at);
    at += term.size_bytes;
  }
}

Result<std::size_t> StoreFileReader::ReadAt(std::uint64_t offset, std::span<std::uint8_t> out) {
  std::size_t done = 0;
  const std::uint64_t available = offset < size_bytes_ ? size_bytes_ - offset : 0;
  const std::uint64_t wanted = std::min<std::uint64_t>(out.size(), available);
  TRY(Stream(offset, wanted, /*allow_mapped=*/false, [&](ByteView slice) {
    std::copy(slice.begin(), slice.end(), out.begin() + static_cast<std::ptrdiff_t>(done));
    done += slice.size();
    return Ok();
  }));
  return done;
}

Result<std::size_t> StoreFileReader::TermAt(std::uint64_t offset) const {
  const auto after = std::upper_bound(term_starts_.begin(), term_starts_.end(), offset);
  if (after == term_starts_.begin()) {
    return Error(Errc::Corrupt, "catalog: a file's recipe is shorter than the file");
  }
  return static_cast<std::size_t>(after - term_starts_.begin() - 1);
}

Status StoreFileReader::Stream(std::uint64_t offset, std::uint64_t size_bytes, bool allow_mapped,
                               const Sink& sink) {
  if (offset > size_bytes_ || size_bytes > size_bytes_ - offset) {
    return Error(Errc::Invalid, "range outside the file");
  }
  if (size_bytes == 0) return Ok();
  const std::size_t first = TRY(TermAt(offset));
  ByteWindow range{offset - term_starts_[first], size_bytes};
  SliceGatherer out(core_, sink);
  for (std::size_t i = first; i < recipe_.terms.size() && range.left_bytes > 0; ++i) {
    TRY(StreamTerm(recipe_.terms[i], range, allow_mapped, out));
  }
  TRY(out.Flush());
  if (range.left_bytes > 0) {
    return Error(Errc::Corrupt, "catalog: a file's recipe is shorter than the file");
  }
  return Ok();
}

Status StoreFileReader::StreamTerm(const Term& term, ByteWindow& range, bool allow_mapped,
                                   SliceGatherer& out) {
  const auto pack = TRY(core_.packs->Get(term.pack));
  std::shared_ptr<Mapping> mapping;
  if (allow_mapped) mapping = TRY(pack->Map());
  for (std::uint32_t i = 0; i < term.count && range.left_bytes > 0; ++i) {
    const PackEntry entry = pack->entry(term.first + i);
    if (entry.raw_bytes == 0 || entry.dropped) {
      return Error(Errc::Corrupt, "pack " + std::to_string(term.pack) + ": chunk " +
                                      std::to_string(term.first + i) + " is missing or damaged");
    }
    if (range.skip_bytes >= entry.raw_bytes) {
      range.skip_bytes -= entry.raw_bytes;
      continue;
    }
    const auto [from, length] = range.Take(entry.raw_bytes);
    if (mapping && entry.encoding == Encoding::Raw) {
      TRY(out.AddMapped(pack, mapping, entry.offset + from, length));
      continue;
    }
    TRY(out.AddChunk(*pack, term.first + i, from, length));
  }
  return Ok();
}

}  // namespace banyan::storage
