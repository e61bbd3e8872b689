#include "storage/content/file_writer.h"

#include <algorithm>
#include <functional>
#include <vector>

#include "storage/base/queue_worker.h"
#include "storage/base/spare_memory.h"
#include "storage/content/chunk_placer.h"
#include "storage/content/chunker.h"
#include "storage/content/merkle.h"

namespace banyan::storage {
namespace {

constexpr std::size_t kBlockBytes = 1u << 20;
constexpr std::size_t kMinBlockBytes = 4096;
constexpr std::size_t kRoomBytes = 256u << 10;  // hashed while the cache still has it
constexpr std::size_t kQueueBlocks = 3;         // of each worker

// A small file of the size that was announced must not fill its block, which would hand it over.
std::size_t BlockBytes(std::uint64_t size_hint_bytes) {
  if (size_hint_bytes == 0 || size_hint_bytes >= kBlockBytes) return kBlockBytes;
  return std::max<std::size_t>(static_cast<std::size_t>(size_hint_bytes) + 1, kMinBlockBytes);
}

}  // namespace

class StoreFileWriter::Pipeline {
 public:
  // Adds what it places to `recipe`. Borrows both.
  Pipeline(ContentCore& core, Recipe& recipe, ChunkScope scope, std::uint64_t size_hint_bytes);
  std::span<std::uint8_t> Room();
  Status Wrote(std::size_t count);
  Result<FileContent> Finish();

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
  Recipe& recipe_;
  SpareMemory spare_;
  Block block_;  // being filled
  Sha256Hasher sha256_;
  std::uint64_t size_bytes_ = 0;

  Chunker chunker_;
  CutBlock cut_;  // being cut
  ChunkList chunks_;
  ChunkPlacer placer_;

  QueueWorker<CutBlock> storer_;
  QueueWorker<Block> cutter_;  // gives to `storer_`, and is joined first
};

StoreFileWriter::Pipeline::Pipeline(ContentCore& core, Recipe& recipe, ChunkScope scope,
                                    std::uint64_t size_hint_bytes)
    : core_(core),
      recipe_(recipe),
      spare_(BlockBytes(size_hint_bytes)),
      chunker_([this](ByteView chunk) { return NoteChunk(chunk); }),
      placer_(*core.packs, core.index, std::move(scope), Pack::PageCache::Bypass),
      storer_(kQueueBlocks, [this](CutBlock cut) { return Store(std::move(cut)); }),
      cutter_(kQueueBlocks, [this](Block block) -> Status {
        return storer_.Give(TRY(Cut(std::move(block), false)));
      }) {}

std::span<std::uint8_t> StoreFileWriter::Pipeline::Room() {
  if (!block_.memory) block_.memory = spare_.Take();
  return {&block_.memory[block_.size], std::min(spare_.size() - block_.size, kRoomBytes)};
}

Status StoreFileWriter::Pipeline::Wrote(std::size_t count) {
  sha256_.Update(ByteView(&block_.memory[block_.size], count));
  size_bytes_ += count;
  block_.size += count;
  return block_.size == spare_.size() ? HandOver() : Ok();
}

Status StoreFileWriter::Pipeline::HandOver() {
  if (!storer_.started()) TRY(storer_.Start());
  if (!cutter_.started()) TRY(cutter_.Start());
  return cutter_.Give(std::exchange(block_, {}));
}

Result<StoreFileWriter::Pipeline::CutBlock> StoreFileWriter::Pipeline::Cut(Block block,
                                                                           bool is_last) {
  cut_.block = std::move(block);
  TRY(chunker_.Feed(cut_.block.bytes()));
  if (is_last) TRY(chunker_.Finish());
  return std::exchange(cut_, {});
}

Status StoreFileWriter::Pipeline::NoteChunk(ByteView chunk) {
  const ByteView block = cut_.block.bytes();
  const std::less<> before;
  if (before(chunk.data(), block.data()) || !before(chunk.data(), block.data() + block.size())) {
    cut_.carried.emplace_back(chunk.begin(), chunk.end());
    chunk = cut_.carried.back();
  }
  const ChunkId id = HashChunk(chunk);
  chunks_.push_back({id, static_cast<std::uint32_t>(chunk.size())});
  cut_.chunks.push_back({id, chunk});
  return Ok();
}

Status StoreFileWriter::Pipeline::Store(CutBlock cut) {
  for (const CutBlock::Chunk& chunk : cut.chunks) {
    ReaderLock lock(core_.collection_mutex);
    const ChunkLocation at = TRY(placer_.Place(chunk.id, chunk.bytes));
    recipe_.Append(at.pack, at.index, static_cast<std::uint32_t>(chunk.bytes.size()));
  }
  spare_.Give(std::move(cut.block.memory));
  return Ok();
}

Result<FileContent> StoreFileWriter::Pipeline::Finish() {
  TRY(cutter_.Finish());
  TRY(storer_.Finish());
  TRY(Store(TRY(Cut(std::exchange(block_, {}), true))));
  FileContent content;
  content.sha256 = sha256_.Finish();
  content.hash = HashFile(chunks_);
  content.size_bytes = size_bytes_;
  content.chunk_count = chunks_.size();
  content.recipe = recipe_;
  return content;
}

StoreFileWriter::StoreFileWriter(ContentCore& core, ChunkScope scope, std::uint64_t size_hint_bytes)
    : pinned_(core),
      pipeline_(
          std::make_unique<Pipeline>(core, pinned_.recipe, std::move(scope), size_hint_bytes)) {}
StoreFileWriter::~StoreFileWriter() = default;
std::span<std::uint8_t> StoreFileWriter::Room() { return pipeline_->Room(); }
Status StoreFileWriter::Wrote(std::size_t count) { return pipeline_->Wrote(count); }

Result<FileContent> StoreFileWriter::Finish() {
  auto content = pipeline_->Finish();
  // It is kept for its pin: thousands must not hold their buffers, encoders and queues.
  if (content) pipeline_.reset();
  return content;
}

const Recipe& StoreFileWriter::Placed() {
  pipeline_.reset();
  return pinned_.recipe;
}

}  // namespace banyan::storage
