#include "storage/content/file_inspection.h"

#include <algorithm>
#include <utility>

namespace banyan::storage {
namespace {

constexpr std::uint64_t kBesideFromBytes = 8u << 20;  // from here on a thread is worth it
constexpr std::size_t kBlockBytes = 1u << 20;
constexpr std::size_t kBlocks = 3;

}  // namespace

FileInspection::FileInspection(std::span<const ChunkRef> chunks)
    : chunks_(chunks), spare_(kBlockBytes), worker_(kBlocks, [this](Block block) {
        hasher_.Update({block.memory.get(), block.size});
        spare_.Give(std::move(block.memory));
        return Ok();
      }) {}

void FileInspection::Hash(ByteView bytes) {
  const bool is_beside =
      worker_.started() || (fed_bytes_ >= kBesideFromBytes && worker_.Start().has_value());
  if (!is_beside) return hasher_.Update(bytes);
  while (!bytes.empty()) {
    if (!block_.memory) block_.memory = spare_.Take();
    const std::size_t count = std::min(bytes.size(), kBlockBytes - block_.size);
    std::copy_n(bytes.begin(), count, block_.memory.get() + block_.size);
    block_.size += count;
    bytes = bytes.subspan(count);
    if (block_.size == kBlockBytes) HandOver();
  }
}

void FileInspection::HandOver() {
  ENSURE(worker_.Give(std::exchange(block_, {})).has_value());  // hashing cannot fail
}

void FileInspection::Feed(ByteView bytes) {
  Hash(bytes);
  fed_bytes_ += bytes.size();
  while (is_canonical_ && !bytes.empty()) {
    const std::size_t length = scanner_.Scan(bytes);
    const std::size_t taken = length == 0 ? bytes.size() : length;
    chunk_bytes_ += taken;
    bytes = bytes.subspan(taken);
    if (length != 0) EndChunk();
  }
}

void FileInspection::EndChunk() {
  is_canonical_ = chunk_ < chunks_.size() && chunks_[chunk_].size_bytes == chunk_bytes_;
  ++chunk_;
  chunk_bytes_ = 0;
}

FileInspection::Outcome FileInspection::Finish() {
  if (is_canonical_ && chunk_bytes_ > 0) EndChunk();
  if (worker_.started()) {
    if (block_.size > 0) HandOver();
    ENSURE(worker_.Drain().has_value());
  }
  return {hasher_.Finish(), is_canonical_};
}

}  // namespace banyan::storage
