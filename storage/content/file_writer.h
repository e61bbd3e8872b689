#pragma once
// The content store's FileWriter. Internal to storage; see content_store.h for the contract.
//
//   Write ──SHA-256──▶ blocks of 1 MiB ──▶ worker: cut, hash, deduplicate, encode, append
//
// Files of one block never start the worker.

#include <deque>
#include <thread>

#include "storage/content/chunker.h"
#include "storage/content/content_core.h"
#include "storage/content/content_store.h"

namespace banyan::storage {

class StoreFileWriter final : public FileWriter {
 public:
  explicit StoreFileWriter(ContentCore& core);
  ~StoreFileWriter() override;
  Status Write(ByteView bytes) override;
  Result<FileContent> Finish() override;

 private:
  Status StoreChunk(ByteView chunk);
  Status HandOver();
  void Work();

  ContentCore& core_;
  PinnedRecipe pinned_;
  ChunkPlacer placer_;
  Chunker chunker_;
  ChunkList chunks_;
  Sha256Hasher sha256_;
  std::uint64_t size_bytes_ = 0;
  Bytes block_;  // filled by Write

  Mutex mutex_;
  CondVar changed_;
  std::deque<Bytes> queue_ GUARDED_BY(mutex_);
  std::vector<Bytes> spare_ GUARDED_BY(mutex_);
  bool ended_ GUARDED_BY(mutex_) = false;
  Status worker_status_ GUARDED_BY(mutex_);
  std::thread worker_;
};

}  // namespace banyan::storage
