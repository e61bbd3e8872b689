#include "federation/transfer/batch_reader.h"

#include <algorithm>

namespace banyan::federation {

Status BatchReader::ReadTable() {
  table_ = TRY(storage::ParseBatchTable(pending_));
  if (!storage::IsTableOf(table_, chunks_)) {
    return Error(Errc::Corrupt, "the table of a section contradicts its chunk list");
  }
  pending_.clear();
  return Ok();
}

Status BatchReader::TakePayload(ByteView payload) {
  raw_.resize(chunks_[next_].size_bytes);
  TRY(decoder_.Decode(table_[next_].encoding, payload, raw_));
  if (storage::HashChunk(raw_) != chunks_[next_].id) {
    return Error(Errc::Corrupt, "a chunk does not hash to its id");
  }
  TRY(place_(next_, raw_));
  ++next_;
  return Ok();
}

Status BatchReader::Feed(ByteView piece) {
  while (!piece.empty()) {
    const bool in_table = table_.empty();
    if (!in_table && next_ >= end_) return Error(Errc::Corrupt, "more bytes than the table says");
    const std::size_t wanted =
        in_table ? static_cast<std::size_t>(storage::BatchTableBytes(chunks_.size()))
                 : table_[next_].stored_bytes;
    if (!in_table && pending_.empty() && piece.size() >= wanted) {
      TRY(TakePayload(piece.first(wanted)));
      piece = piece.subspan(wanted);
      continue;
    }
    const std::size_t part = std::min(piece.size(), wanted - pending_.size());
    pending_.insert(pending_.end(), piece.begin(),
                    piece.begin() + static_cast<std::ptrdiff_t>(part));
    piece = piece.subspan(part);
    if (pending_.size() < wanted) return Ok();
    if (in_table) {
      TRY(ReadTable());
    } else {
      TRY(TakePayload(pending_));
      pending_.clear();
    }
  }
  return Ok();
}

Result<std::pair<std::uint64_t, std::uint64_t>> BatchReader::StartRun(std::size_t first,
                                                                      std::size_t count) {
  if (table_.empty()) return Error(Errc::Corrupt, "the table of a section is missing");
  const auto range = storage::FindPayloads(table_, first, first + count);
  next_ = first;
  end_ = first + count;
  return std::pair(range.offset, range.size_bytes);
}

Status BatchReader::Finish() {
  if (next_ == end_ && pending_.empty()) return Ok();
  return Error(Errc::Unavailable, "the node's answer ended early");
}

}  // namespace banyan::federation
