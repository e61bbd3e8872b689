#include "storage/content/slice_gatherer.h"

namespace banyan::storage {
namespace {

constexpr std::size_t kCopiedSliceBytes = 512u << 10;
constexpr std::size_t kMappedSliceBytes = 4u << 20;

}  // namespace

Status SliceGatherer::AddMapped(const std::shared_ptr<Pack>& pack,
                                const std::shared_ptr<Mapping>& mapping, std::uint64_t offset,
                                std::size_t length) {
  if (offset + length > mapping->bytes().size()) {
    return Error(Errc::Corrupt, "pack: the file is shorter than its table");
  }
  TRY(FlushCopied());
  if (mapping != mapping_ || offset != run_offset_ + run_bytes_) {
    TRY(FlushMapped());
    pack_ = pack;
    mapping_ = mapping;
    run_offset_ = offset;
  }
  run_bytes_ += length;
  return run_bytes_ >= kMappedSliceBytes ? FlushMapped() : Ok();
}

std::span<std::uint8_t> SliceGatherer::Reserve(std::size_t size) {
  reserved_at_ = copied_.size();
  copied_.resize(reserved_at_ + size);
  return std::span(copied_).subspan(reserved_at_);
}

Status SliceGatherer::KeepReserved(std::size_t from, std::size_t length) {
  TRY(FlushMapped());
  const auto begin = copied_.begin() + static_cast<std::ptrdiff_t>(reserved_at_);
  copied_.resize(reserved_at_ + from + length);
  copied_.erase(begin, begin + static_cast<std::ptrdiff_t>(from));
  return copied_.size() >= kCopiedSliceBytes ? FlushCopied() : Ok();
}

Status SliceGatherer::AddCopied(ByteView piece) {
  const auto room = Reserve(piece.size());
  std::copy(piece.begin(), piece.end(), room.begin());
  return KeepReserved(0, piece.size());
}

Status SliceGatherer::Flush() {
  TRY(FlushCopied());
  return FlushMapped();
}

Status SliceGatherer::FlushCopied() {
  if (copied_.empty()) return Ok();
  Status status = sink_(copied_);
  copied_.clear();
  return status;
}

Status SliceGatherer::FlushMapped() {
  const std::size_t size = std::exchange(run_bytes_, 0);
  if (size == 0) return Ok();
  const std::uint64_t offset = std::exchange(run_offset_, run_offset_ + size);
  if (size < kMinMappedSliceBytes) {
    Bytes read(size);
    TRY(pack_->ReadPayload(offset, read));
    return sink_(read);
  }
  TRY(sink_(mapping_->bytes().subspan(offset, size)));
  packs_.CountMapped(size);
  return Ok();
}

}  // namespace banyan::storage
