#include "storage/file_reader.h"

#include <algorithm>

namespace banyan::storage {
namespace {

constexpr std::size_t kDecodedSliceBytes = 512u << 10;
constexpr std::size_t kMappedSliceBytes = 4u << 20;

}  // namespace

// Counts down over the whole stream; `skip` is what lies before the range in the current place.
struct StoreFileReader::Range {
  std::uint64_t skip_bytes;
  std::uint64_t left_bytes;

  // The part of a chunk of `size` bytes that is in range, as (from, length); advances.
  std::pair<std::size_t, std::size_t> Take(std::uint64_t size) {
    const std::uint64_t from = std::min(skip_bytes, size);
    skip_bytes -= from;
    const std::uint64_t length = std::min(size - from, left_bytes);
    left_bytes -= length;
    return {static_cast<std::size_t>(from), static_cast<std::size_t>(length)};
  }
};

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
  Range range{offset - term_starts_[first], size_bytes};
  decoded_.clear();
  mapped_ = {};
  for (std::size_t i = first; i < recipe_.terms.size() && range.left_bytes > 0; ++i) {
    TRY(StreamTerm(recipe_.terms[i], range, allow_mapped, sink));
  }
  if (range.left_bytes > 0) {
    return Error(Errc::Corrupt, "catalog: a file's recipe is shorter than the file");
  }
  return Ok();
}

Status StoreFileReader::StreamTerm(const Term& term, Range& range, bool allow_mapped,
                                   const Sink& sink) {
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
    if (mapping && entry.encoding == Encoding::Raw) {
      TRY(FlushDecoded(sink));
      TRY(StreamMapped(entry, mapping->bytes(), range, sink));
    } else {
      TRY(FlushMapped(sink));
      TRY(StreamDecoded(*pack, term.first + i, range, sink));
    }
  }
  TRY(FlushDecoded(sink));
  return FlushMapped(sink);  // the mapping may go away with the pack
}

// Neighbouring raw chunks lie side by side in the pack: they leave as one slice.
Status StoreFileReader::StreamMapped(const PackEntry& entry, ByteView pack_bytes, Range& range,
                                     const Sink& sink) {
  if (std::uint64_t{entry.offset} + entry.stored_bytes > pack_bytes.size()) {
    return Error(Errc::Corrupt, "pack: the file is shorter than its table");
  }
  const auto [from, length] = range.Take(entry.raw_bytes);
  const ByteView part = pack_bytes.subspan(entry.offset + from, length);
  if (!mapped_.empty() && mapped_.data() + mapped_.size() == part.data()) {
    mapped_ = ByteView(mapped_.data(), mapped_.size() + part.size());
  } else {
    TRY(FlushMapped(sink));
    mapped_ = part;
  }
  return mapped_.size() >= kMappedSliceBytes ? FlushMapped(sink) : Ok();
}

Status StoreFileReader::StreamDecoded(Pack& pack, std::uint32_t index, Range& range,
                                      const Sink& sink) {
  const std::uint32_t raw_bytes = pack.entry(index).raw_bytes;
  const std::size_t at = decoded_.size();
  decoded_.resize(at + raw_bytes);
  TRY(pack.ReadChunk(index, std::span(decoded_).subspan(at), decoder_, /*verify=*/true));
  const auto [from, length] = range.Take(raw_bytes);
  const auto begin = decoded_.begin() + static_cast<std::ptrdiff_t>(at);
  decoded_.resize(at + from + length);
  decoded_.erase(begin, begin + static_cast<std::ptrdiff_t>(from));
  return decoded_.size() >= kDecodedSliceBytes ? FlushDecoded(sink) : Ok();
}

Status StoreFileReader::FlushDecoded(const Sink& sink) {
  if (decoded_.empty()) return Ok();
  Status status = sink(decoded_);
  decoded_.clear();
  return status;
}

Status StoreFileReader::FlushMapped(const Sink& sink) {
  if (mapped_.empty()) return Ok();
  Status status = sink(mapped_);
  core_.packs->CountMapped(mapped_.size());
  mapped_ = {};
  return status;
}

}  // namespace banyan::storage
