#include "storage/content/file_inspection.h"

namespace banyan::storage {

void FileInspection::Feed(ByteView bytes) {
  hasher_.Update(bytes);
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
  return {hasher_.Finish(), is_canonical_};
}

}  // namespace banyan::storage
