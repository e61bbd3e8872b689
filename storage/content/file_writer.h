#pragma once
// The content store's FileWriter. Internal to storage; see content_store.h for the contract.
//
//   Wrote ──SHA-256──▶ blocks of 1 MiB ──▶ worker: cut, hash, deduplicate, encode, append
//
// Files of one block never start the worker.

#include <deque>
#include <memory>
#include <thread>
#include <vector>

#include "storage/content/chunker.h"
#include "storage/content/content_core.h"
#include "storage/content/content_store.h"

namespace banyan::storage {

class StoreFileWriter final : public FileWriter {
 public:
  StoreFileWriter(ContentCore& core, std::uint64_t size_hint_bytes);
  ~StoreFileWriter() override;
  std::span<std::uint8_t> Room() override;
  Status Wrote(std::size_t count) override;
  Result<FileContent> Finish() override;

 private:
  struct Block {
    std::unique_ptr<std::uint8_t[]> memory;  // of block_bytes_, or none yet
    std::size_t size = 0;                    // how much of it is filled
    ByteView bytes() const { return {memory.get(), size}; }
  };

  Status StoreChunk(ByteView chunk);
  Status StartWorker();
  Status Cut(ByteView block);
  Status HandOver();
  void Work();

  ContentCore& core_;
  PinnedRecipe pinned_;
  ChunkPlacer placer_;
  Chunker chunker_;
  ChunkList chunks_;
  Sha256Hasher sha256_;
  std::uint64_t size_bytes_ = 0;
  const std::size_t block_bytes_;
  Block block_;  // being filled

  Mutex mutex_;
  CondVar changed_;
  std::deque<Block> queue_ GUARDED_BY(mutex_);
  std::vector<std::unique_ptr<std::uint8_t[]>> spare_ GUARDED_BY(mutex_);
  bool ended_ GUARDED_BY(mutex_) = false;
  Status worker_status_ GUARDED_BY(mutex_);
  std::thread worker_;
};

}  // namespace banyan::storage
