#pragma once
// What a stock client sends: xorbs and shards, made independently of the code under test.

#include <vector>

#include "storage/content/merkle.h"
#include "storage/xet/shard_format.h"

namespace banyan::tests {

// One frame as hf_xet makes them: independent blocks of 64 KiB, no content size, no checksum.
Bytes Lz4Frame(ByteView raw);

// A xorb of `data`, cut into these chunks, every one by this scheme.
Bytes XorbBody(ByteView data, const storage::ChunkList& chunks, storage::XorbScheme scheme);

// The footer of version 1, which old clients send after the records.
Bytes XorbFooter(const storage::ChunkList& chunks);

struct ShardParts {
  std::vector<storage::ShardFile> files;
  std::vector<storage::ShownXorb> xorbs;
};
// Without a footer, as hf_xet sends it; with one and its own look-up tables left out, as others do.
enum class ShardFooter { None, Present };
Bytes ShardBody(const ShardParts& parts, ShardFooter footer = ShardFooter::None);

// A file that is one xorb from its first chunk to its last.
storage::ShardFile WholeXorb(ByteView data, const storage::ChunkList& chunks);

// The body, a few bytes at a time. Borrows `body`.
storage::ReadBytes InPieces(ByteView body, std::size_t piece = 100'000);

}  // namespace banyan::tests
