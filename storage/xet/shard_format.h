#pragma once
// Exact bytes of shards (storage/xet/FORMAT.md section 2): what clients say their files are made
// of, and what they are told of chunks that are here.

#include <functional>
#include <vector>

#include "storage/content/keyed_hash.h"
#include "storage/xet/xorb_format.h"

namespace banyan::storage {

inline constexpr std::size_t kMaxShardFiles = 10'000;
inline constexpr std::size_t kMaxShardTerms = 262'144;  // of all files together
inline constexpr std::uint64_t kMaxShardBytes = 65u << 20;

// A run of chunks of one xorb.
struct ShardTerm {
  XorbHash xorb;
  std::uint32_t raw_bytes = 0;
  std::uint32_t first = 0;
  std::uint32_t end = 0;  // > first
  ChunkId range_hash;
};

// As the client claims. No terms: the empty file.
struct ShardFile {
  FileHash hash;
  Sha256 sha256;
  std::vector<ShardTerm> terms;
};

// Reads a shard that a client sends, to the end of the body. Invalid for what is none, for files
// without range hashes or SHA-256, and TooLarge past the limits. Each xorb it lists is told to
// `on_xorb`, whose error ends it, after all files were read.
using OnShardXorb = std::function<Status(const XorbHash& xorb, const ChunkList& chunks)>;
Result<std::vector<ShardFile>> ReadShard(const ReadBytes& read, const OnShardXorb& on_xorb);

// A shard that tells of these xorbs, their chunk ids hashed with `key` once more. Times are Unix
// seconds.
struct ShownXorb {
  XorbHash hash;
  ChunkList chunks;
};
struct ShardKey {
  HashKey key = {};
  std::uint64_t made_s = 0;
  std::uint64_t expires_s = 0;
};
Bytes EncodeShownShard(std::span<const ShownXorb> xorbs, const ShardKey& key);

}  // namespace banyan::storage
