// What parses as a table of chunks encodes to the same bytes, and says where each payload is.

#include <algorithm>

#include "storage/content/chunk_batch.h"

namespace banyan::storage {
namespace {

void TryInput(ByteView input) {
  const auto table = ParseBatchTable(input);
  if (!table) return;
  ENSURE(table->size() <= kMaxBatchChunks);
  const auto encoded = EncodeBatchTable(*table);
  ENSURE(encoded.size() == BatchTableBytes(table->size()) && encoded.size() <= input.size());
  ENSURE(std::equal(encoded.begin(), encoded.end(), input.begin()));
  ChunkList chunks;
  std::uint64_t end = encoded.size();
  for (std::size_t i = 0; i < table->size(); ++i) {
    const auto& entry = (*table)[i];
    ENSURE(entry.raw_bytes <= kMaxChunkBytes && entry.stored_bytes <= entry.raw_bytes);
    end += entry.stored_bytes;
    chunks.push_back({ChunkId(), entry.raw_bytes});
  }
  const auto all = FindPayloads(*table, 0, table->size());
  ENSURE(all.offset == encoded.size() && all.offset + all.size_bytes == end);
  const auto middle = table->size() / 2;
  const auto first = FindPayloads(*table, 0, middle);
  const auto second = FindPayloads(*table, middle, table->size());
  ENSURE(first.offset + first.size_bytes == second.offset);
  ENSURE(IsTableOf(*table, chunks));
  chunks.push_back({ChunkId(), 1});
  ENSURE(!IsTableOf(*table, chunks));
}

}  // namespace
}  // namespace banyan::storage

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  banyan::storage::TryInput({data, size});
  return 0;
}
