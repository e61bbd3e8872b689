#pragma once
// The data tables of one section, as each peer has it (storage/content/chunk_batch.h): where each
// payload is in its data body. Each is asked for once, however many threads need it.

#include <map>
#include <vector>

#include "federation/transfer/peer_source.h"
#include "storage/base/mutex.h"
#include "storage/content/chunk_batch.h"

namespace banyan::federation {

using DataTable = std::vector<storage::BatchEntry>;

// Proven: what a peer's data body has to be made of.
struct ProvenSection {
  FileHash file;
  std::size_t index = 0;
  storage::ChunkList chunks;
};

// At the start of what a peer sent. Corrupt unless it is one of these chunks.
Result<DataTable> ReadTable(ByteView bytes, std::span<const storage::ChunkRef> chunks);
// Errors: ReadTable's; the peer's.
Result<DataTable> FetchTable(PeerSource& peer, const ProvenSection& section);

// Thread safe.
class SectionTables {
 public:
  // `fetched_bytes` gets what this call made come.
  Result<DataTable> Of(PeerSource& peer, const ProvenSection& section, std::uint64_t& fetched_bytes)
      EXCLUDES(mutex_);
  // It has another one meanwhile.
  void Forget(const PeerSource& peer) EXCLUDES(mutex_);

 private:
  Mutex mutex_;
  CondVar came_;
  // Empty: it is asked for just now.
  std::map<const PeerSource*, DataTable> tables_ GUARDED_BY(mutex_);
};

}  // namespace banyan::federation
