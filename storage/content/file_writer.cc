#include "storage/content/file_writer.h"

#include <algorithm>

#include "storage/content/merkle.h"

namespace banyan::storage {
namespace {

constexpr std::size_t kBlockBytes = 1u << 20;
constexpr std::size_t kQueueBlocks = 4;

}  // namespace

StoreFileWriter::StoreFileWriter(ContentCore& core)
    : core_(core),
      pinned_(core),
      placer_(*core.packs, core.index),
      chunker_([this](ByteView chunk) { return StoreChunk(chunk); }) {}

StoreFileWriter::~StoreFileWriter() {
  if (!worker_.joinable()) return;
  {
    MutexLock lock(mutex_);
    queue_.clear();
    ended_ = true;
    changed_.NotifyAll();
  }
  worker_.join();
}

Status StoreFileWriter::StoreChunk(ByteView chunk) {
  const ChunkId id = HashChunk(chunk);
  const auto size = static_cast<std::uint32_t>(chunk.size());
  ReaderLock lock(core_.collection_mutex);
  const ChunkLocation at = TRY(placer_.Place(id, chunk));
  pinned_.recipe.Append(at.pack, at.index, size);
  chunks_.push_back({id, size});
  return Ok();
}

Status StoreFileWriter::Write(ByteView bytes) {
  sha256_.Update(bytes);
  size_bytes_ += bytes.size();
  while (!bytes.empty()) {
    if (block_.capacity() == 0) block_.reserve(std::min(bytes.size(), kBlockBytes));
    const std::size_t part = std::min(bytes.size(), kBlockBytes - block_.size());
    block_.insert(block_.end(), bytes.data(), bytes.data() + part);
    bytes = bytes.subspan(part);
    if (block_.size() == kBlockBytes) TRY(HandOver());
  }
  return Ok();
}

// Gives the full block to the worker, waiting while the queue is full.
Status StoreFileWriter::HandOver() {
  if (!worker_.joinable()) worker_ = std::thread([this] { Work(); });
  MutexLock lock(mutex_);
  while (queue_.size() >= kQueueBlocks && worker_status_) changed_.Wait(mutex_);
  if (!worker_status_) return worker_status_;
  queue_.push_back(std::move(block_));
  block_ = Bytes();
  if (!spare_.empty()) {
    block_ = std::move(spare_.back());
    spare_.pop_back();
    block_.clear();
  } else {
    block_.reserve(kBlockBytes);
  }
  changed_.NotifyAll();
  return Ok();
}

void StoreFileWriter::Work() {
  for (;;) {
    Bytes block;
    {
      MutexLock lock(mutex_);
      while (queue_.empty() && !ended_) changed_.Wait(mutex_);
      if (queue_.empty()) return;
      block = std::move(queue_.front());
      queue_.pop_front();
      changed_.NotifyAll();
    }
    Status status = chunker_.Feed(block);
    MutexLock lock(mutex_);
    spare_.push_back(std::move(block));
    if (status) continue;
    worker_status_ = std::move(status);
    queue_.clear();
    changed_.NotifyAll();
    return;
  }
}

Result<FileContent> StoreFileWriter::Finish() {
  if (worker_.joinable()) {
    {
      MutexLock lock(mutex_);
      ended_ = true;
      changed_.NotifyAll();
    }
    worker_.join();
  }
  {
    MutexLock lock(mutex_);
    TRY(Status(worker_status_));
    spare_.clear();
  }
  TRY(chunker_.Feed(block_));
  TRY(chunker_.Finish());
  placer_.ReleasePack();
  // A finished writer is kept for its pin: thousands of them must not hold their buffers.
  block_ = Bytes();
  FileContent content;
  content.sha256 = sha256_.Finish();
  content.hash = HashFile(chunks_);
  content.size_bytes = size_bytes_;
  content.chunk_count = chunks_.size();
  content.recipe = pinned_.recipe;
  chunks_ = ChunkList();
  return content;
}

}  // namespace banyan::storage
