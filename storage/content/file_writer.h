#pragma once
// The content store's FileWriter. Internal to storage; see content_store.h for the contract.
//
//   Wrote ──SHA-256──▶ blocks of 1 MiB ──▶ cutter: cut, hash ──▶ storer: deduplicate, encode,
//   append
//
// Files of one block need no threads.

#include <memory>
#include <optional>
#include <vector>

#include "storage/base/queue_worker.h"
#include "storage/base/spare_memory.h"
#include "storage/content/chunker.h"
#include "storage/content/content_core.h"
#include "storage/content/content_store.h"

namespace banyan::storage {

class StoreFileWriter final : public FileWriter {
 public:
  StoreFileWriter(ContentCore& core, std::uint64_t size_hint_bytes);
  std::span<std::uint8_t> Room() override;
  Status Wrote(std::size_t count) override;
  Result<FileContent> Finish() override;

 private:
  struct Block {
    SpareMemory::Memory memory;  // or none yet
    std::size_t size = 0;        // how much of it is filled
    ByteView bytes() const { return {memory.get(), size}; }
  };
  // A block and the chunks that end in it.
  struct CutBlock {
    struct Chunk {
      ChunkId id;
      ByteView bytes;  // of `block` or `carried`
    };
    Block block;
    std::vector<Chunk> chunks;
    std::vector<Bytes> carried;  // chunks that began in an earlier block
  };

  Status HandOver();
  Result<CutBlock> Cut(Block block, bool is_last);
  Status NoteChunk(ByteView chunk);
  Status Store(CutBlock cut);

  ContentCore& core_;
  SpareMemory spare_;
  Block block_;  // being filled
  Sha256Hasher sha256_;
  std::uint64_t size_bytes_ = 0;

  std::optional<Chunker> chunker_;  // until it is finished, as placer_
  CutBlock cut_;  // being cut
  ChunkList chunks_;

  PinnedRecipe pinned_;
  std::optional<ChunkPlacer> placer_;

  QueueWorker<CutBlock> storer_;
  QueueWorker<Block> cutter_;  // gives to `storer_`, and is joined first
};

}  // namespace banyan::storage
