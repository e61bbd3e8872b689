#include "storage/content/keyed_hash.h"

#include <blake3.h>

namespace banyan::storage {

std::array<std::uint8_t, 32> KeyedHash(const HashKey& key, ByteView bytes) {
  static_assert(sizeof(HashKey) == BLAKE3_KEY_LEN && BLAKE3_OUT_LEN == 32);
  blake3_hasher hasher;
  blake3_hasher_init_keyed(&hasher, key.data());
  blake3_hasher_update(&hasher, bytes.data(), bytes.size());
  std::array<std::uint8_t, 32> out;
  blake3_hasher_finalize(&hasher, out.data(), out.size());
  return out;
}

}  // namespace banyan::storage
