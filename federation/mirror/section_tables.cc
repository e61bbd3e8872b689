#include "federation/mirror/section_tables.h"

namespace banyan::federation {

Result<DataTable> ReadTable(ByteView bytes, std::span<const storage::ChunkRef> chunks) {
  auto table = storage::ParseBatchTable(bytes);
  if (table && storage::IsTableOf(*table, chunks)) return table;
  return Error(Errc::Corrupt, "a data table that contradicts the chunk list");
}

Result<DataTable> FetchTable(PeerSource& peer, const ProvenSection& section) {
  const auto size = static_cast<std::size_t>(storage::BatchTableBytes(section.chunks.size()));
  Bytes bytes;
  TRY(peer.FetchData(section.file, section.index, 0, size, [&](ByteView piece) -> Status {
    if (piece.size() > size - bytes.size()) return Error(Errc::Corrupt, "more bytes than asked");
    bytes.insert(bytes.end(), piece.begin(), piece.end());
    return Ok();
  }));
  if (bytes.size() < size) return Error(Errc::Unavailable, "the answer ended early");
  return ReadTable(bytes, section.chunks);
}

Result<DataTable> SectionTables::Of(PeerSource& peer, const ProvenSection& section,
                                    std::uint64_t& fetched_bytes) {
  {
    MutexLock lock(mutex_);
    for (auto at = tables_.find(&peer); at != tables_.end(); at = tables_.find(&peer)) {
      if (!at->second.empty()) return at->second;
      came_.Wait(mutex_);
    }
    tables_[&peer] = {};
  }
  auto table = FetchTable(peer, section);
  MutexLock lock(mutex_);
  came_.NotifyAll();
  if (table) {
    tables_[&peer] = *table;
    fetched_bytes += storage::BatchTableBytes(table->size());
  } else {
    tables_.erase(&peer);  // another one who waits may have more luck
  }
  return table;
}

void SectionTables::Forget(const PeerSource& peer) {
  const MutexLock lock(mutex_);
  const auto at = tables_.find(&peer);
  if (at != tables_.end() && !at->second.empty()) tables_.erase(at);
}

}  // namespace banyan::federation
