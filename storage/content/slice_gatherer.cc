#include "storage/content/slice_gatherer.h"

#include <cstring>
#include <utility>

namespace banyan::storage {
namespace {

// Slices end at multiples of this in the pack, so that no page belongs to two of them.
constexpr std::size_t kMappedSliceBytes = 1u << 20;

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
  const std::uint64_t run_end = run_offset_ + run_bytes_;
  const std::size_t beyond = run_end % kMappedSliceBytes;
  if (run_end - beyond <= run_offset_) return Ok();
  run_bytes_ -= beyond;
  TRY(FlushMapped());
  run_bytes_ = beyond;
  return Ok();
}

Result<std::span<std::uint8_t>> SliceGatherer::Reserve(std::size_t size) {
  ENSURE(size <= kMaxChunkBytes);
  TRY(FlushMapped());
  if (copied_bytes_ + size > kMaxChunkBytes) TRY(FlushCopied());
  if (!copied_) copied_ = std::make_unique_for_overwrite<std::uint8_t[]>(kMaxChunkBytes);
  return std::span<std::uint8_t>(&copied_[copied_bytes_], size);
}

void SliceGatherer::KeepReserved(std::size_t from, std::size_t length) {
  std::uint8_t* const start = &copied_[copied_bytes_];
  if (from > 0) std::memmove(start, start + from, length);
  copied_bytes_ += length;
}

Status SliceGatherer::AddCopied(ByteView piece) {
  while (!piece.empty()) {
    const auto part = piece.first(std::min<std::size_t>(piece.size(), kMaxChunkBytes));
    const auto room = TRY(Reserve(part.size()));
    std::copy(part.begin(), part.end(), room.begin());
    KeepReserved(0, part.size());
    piece = piece.subspan(part.size());
  }
  return Ok();
}

Status SliceGatherer::AddChunk(Pack& pack, std::uint32_t index, std::size_t from,
                               std::size_t length) {
  const PackEntry entry = pack.entry(index);
  const auto room = TRY(Reserve(entry.raw_bytes));
  copied_is_decoded_ |= entry.encoding != Encoding::Raw;
  {
    DecoderPool::Lease decoder(core_.decoders);
    TRY(pack.ReadChunk(index, room, *decoder, Pack::Verify::Once));
  }
  KeepReserved(from, length);
  return Ok();
}

Status SliceGatherer::Flush() {
  TRY(FlushCopied());
  TRY(FlushMapped());
  return sender_.Drain();
}

Status SliceGatherer::FlushCopied() {
  const std::size_t size = std::exchange(copied_bytes_, 0);
  if (size == 0) return Ok();
  if (std::exchange(copied_is_decoded_, false)) {
    copied_ = TRY(sender_.Send(std::move(copied_), size));
    return Ok();
  }
  TRY(sender_.Drain());  // what is only copied is not worth a thread's sleeping and waking
  return sink_(ByteView(copied_.get(), size));
}

Status SliceGatherer::FlushMapped() {
  const std::size_t size = std::exchange(run_bytes_, 0);
  if (size == 0) return Ok();
  const std::uint64_t offset = std::exchange(run_offset_, run_offset_ + size);
  TRY(sender_.Drain());
  if (size < kMinMappedSliceBytes) {
    Bytes read(size);
    TRY(pack_->ReadPayload(offset, read));
    return sink_(read);
  }
  core_.packs->CountMapped(size);
  const Status sent = sink_(mapping_->bytes().subspan(offset, size));
  mapping_->DropResident(offset, size);
  return sent;
}

}  // namespace banyan::storage
