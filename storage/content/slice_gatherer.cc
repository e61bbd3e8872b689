#include "storage/content/slice_gatherer.h"

namespace banyan::storage {
namespace {

constexpr std::size_t kCopiedSliceBytes = 512u << 10;
constexpr std::size_t kMappedSliceBytes = 4u << 20;

}  // namespace

Status SliceGatherer::AddMapped(ByteView piece) {
  TRY(FlushCopied());
  if (!mapped_.empty() && mapped_.data() + mapped_.size() == piece.data()) {
    mapped_ = ByteView(mapped_.data(), mapped_.size() + piece.size());
  } else {
    TRY(FlushMapped());
    mapped_ = piece;
  }
  return mapped_.size() >= kMappedSliceBytes ? FlushMapped() : Ok();
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
  if (mapped_.empty()) return Ok();
  Status status = sink_(mapped_);
  packs_.CountMapped(mapped_.size());
  mapped_ = {};
  return status;
}

}  // namespace banyan::storage
