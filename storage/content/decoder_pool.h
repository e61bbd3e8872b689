#pragma once
// Decoders lent out for the time of one chunk: they hold some hundred KiB each, and readers of
// stored files spend most of their time waiting for their clients. Thread safe.

#include <memory>
#include <vector>

#include "storage/base/mutex.h"
#include "storage/content/chunk_encoding.h"

namespace banyan::storage {

class DecoderPool {
 public:
  // One decoder for one thread, given back at the end of its life. The pool outlives it.
  class Lease {
   public:
    explicit Lease(DecoderPool& pool) : pool_(pool), decoder_(pool.Take()) {}
    ~Lease() { pool_.Give(std::move(decoder_)); }
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    ChunkDecoder& operator*() { return *decoder_; }

   private:
    DecoderPool& pool_;
    std::unique_ptr<ChunkDecoder> decoder_;
  };

 private:
  static constexpr std::size_t kMaxIdle = 16;

  std::unique_ptr<ChunkDecoder> Take() {
    MutexLock lock(mutex_);
    if (idle_.empty()) return std::make_unique<ChunkDecoder>();
    auto decoder = std::move(idle_.back());
    idle_.pop_back();
    return decoder;
  }
  void Give(std::unique_ptr<ChunkDecoder> decoder) {
    MutexLock lock(mutex_);
    if (idle_.size() < kMaxIdle) idle_.push_back(std::move(decoder));
  }

  Mutex mutex_;
  std::vector<std::unique_ptr<ChunkDecoder>> idle_ GUARDED_BY(mutex_);
};

}  // namespace banyan::storage
