#include "storage/content/file_writer.h"

#include <algorithm>
#include <system_error>

#include "storage/content/merkle.h"

namespace banyan::storage {
namespace {

constexpr std::size_t kBlockBytes = 1u << 20;
constexpr std::size_t kMinBlockBytes = 4096;
constexpr std::size_t kRoomBytes = 256u << 10;  // hashed while the cache still has it
constexpr std::size_t kQueueBlocks = 4;

// A small file of the size that was announced must not fill its block, which would hand it over.
std::size_t BlockBytes(std::uint64_t size_hint_bytes) {
  if (size_hint_bytes == 0 || size_hint_bytes >= kBlockBytes) return kBlockBytes;
  return std::max<std::size_t>(static_cast<std::size_t>(size_hint_bytes) + 1, kMinBlockBytes);
}

}  // namespace

StoreFileWriter::StoreFileWriter(ContentCore& core, std::uint64_t size_hint_bytes)
    : core_(core),
      pinned_(core),
      placer_(*core.packs, core.index),
      chunker_([this](ByteView chunk) { return StoreChunk(chunk); }),
      block_bytes_(BlockBytes(size_hint_bytes)) {}

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

std::span<std::uint8_t> StoreFileWriter::Room() {
  if (!block_.memory) block_.memory = std::make_unique_for_overwrite<std::uint8_t[]>(block_bytes_);
  return {&block_.memory[block_.size], std::min(block_bytes_ - block_.size, kRoomBytes)};
}

Status StoreFileWriter::Wrote(std::size_t count) {
  sha256_.Update(ByteView(&block_.memory[block_.size], count));
  size_bytes_ += count;
  block_.size += count;
  return block_.size == block_bytes_ ? HandOver() : Ok();
}

Status StoreFileWriter::StartWorker() {
  try {
    worker_ = std::thread([this] { Work(); });
  } catch (const std::system_error&) {
    return Error(Errc::Unavailable, "the system gives the node no more threads: try again");
  }
  return Ok();
}

// Nobody above the worker would catch what a library throws.
Status StoreFileWriter::Cut(ByteView block) {
  try {
    return chunker_.Feed(block);
  } catch (const std::exception& fault) {
    return Error(Errc::Io, std::string("storing: ") + fault.what());
  }
}

// Gives the full block to the worker, waiting while the queue is full.
Status StoreFileWriter::HandOver() {
  if (!worker_.joinable()) TRY(StartWorker());
  Block full = std::exchange(block_, {});
  MutexLock lock(mutex_);
  while (queue_.size() >= kQueueBlocks && worker_status_) changed_.Wait(mutex_);
  if (!worker_status_) return worker_status_;
  queue_.push_back(std::move(full));
  if (!spare_.empty()) {
    block_.memory = std::move(spare_.back());
    spare_.pop_back();
  }
  changed_.NotifyAll();
  return Ok();
}

void StoreFileWriter::Work() {
  for (;;) {
    Block block;
    {
      MutexLock lock(mutex_);
      while (queue_.empty() && !ended_) changed_.Wait(mutex_);
      if (queue_.empty()) return;
      block = std::move(queue_.front());
      queue_.pop_front();
      changed_.NotifyAll();
    }
    Status status = Cut(block.bytes());
    MutexLock lock(mutex_);
    spare_.push_back(std::move(block.memory));
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
  TRY(chunker_.Feed(block_.bytes()));
  TRY(chunker_.Finish());
  placer_.ReleasePack();
  // A finished writer is kept for its pin: thousands of them must not hold their buffers.
  block_ = Block();
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
