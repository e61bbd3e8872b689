#include "storage/content/chunk.h"

#include "storage/content/keyed_hash.h"

namespace banyan::storage {

ChunkId HashChunk(ByteView raw) { return ChunkId::FromRaw(KeyedHash(kChunkKey, raw)); }

}  // namespace banyan::storage
