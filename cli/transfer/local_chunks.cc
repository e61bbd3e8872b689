#include "cli/transfer/local_chunks.h"

#include "storage/base/logging.h"
#include "storage/content/chunker.h"
#include "storage/content/outline.h"

namespace banyan::cli {
namespace {

constexpr std::size_t kReadBytes = 4u << 20;
constexpr std::size_t kOpenMax = 200;  // a process may have a thousand

}  // namespace

void LocalChunks::AddFile(const std::string& path) {
  MutexLock lock(mutex_);
  if (known_.emplace(path, true).second) pending_.push_back(path);
}

Status LocalChunks::IndexFile(const std::string& path) {
  std::shared_ptr<File> file = TRY(fs_.Open(path, OpenMode::Read));
  const auto number = static_cast<std::uint32_t>(sources_.size());
  sources_.push_back({path, number < kOpenMax ? file : nullptr});
  storage::ChunkList chunks;
  std::uint64_t offset = 0;
  storage::Chunker chunker([&](ByteView chunk) NO_THREAD_SAFETY_ANALYSIS {
    const ChunkId id = storage::HashChunk(chunk);
    chunks.push_back({id, static_cast<std::uint32_t>(chunk.size())});
    places_.try_emplace(id, Place{number, offset});
    offset += chunk.size();
    return Ok();
  });
  Bytes buffer(kReadBytes);
  for (std::uint64_t at = 0;;) {
    const std::size_t got = TRY(file->ReadAt(at, buffer));
    if (got == 0) break;
    TRY(chunker.Feed(ByteView(buffer).first(got)));
    at += got;
  }
  TRY(chunker.Finish());
  auto next = chunks.begin();
  for (const auto& section : storage::MakeOutline(chunks).sections) {
    const auto end = next + static_cast<std::ptrdiff_t>(section.chunk_count);
    sections_.try_emplace(section.hash, next, end);
    next = end;
  }
  return Ok();
}

void LocalChunks::IndexPending() {
  for (const std::string& path : pending_) {
    const Status indexed = IndexFile(path);
    // Only a source less: what it would have given comes over the network.
    if (!indexed) log::Debug("cli", "not used as a source: {}", indexed.error().message());
  }
  pending_.clear();
}

std::optional<Bytes> LocalChunks::Find(const storage::ChunkRef& chunk) {
  Source source;
  std::uint64_t offset = 0;
  {
    MutexLock lock(mutex_);
    IndexPending();
    const auto found = places_.find(chunk.id);
    if (found == places_.end()) return std::nullopt;
    source = sources_[found->second.source];
    offset = found->second.offset;
  }
  if (source.open == nullptr) {
    auto file = fs_.Open(source.path, OpenMode::Read);
    if (!file) return std::nullopt;
    source.open = *std::move(file);
  }
  Bytes bytes(chunk.size_bytes);
  const auto got = source.open->ReadAt(offset, bytes);
  if (!got || *got != bytes.size() || storage::HashChunk(bytes) != chunk.id) return std::nullopt;
  return bytes;
}

std::optional<storage::ChunkList> LocalChunks::FindSection(const ChunkId& node_hash) {
  MutexLock lock(mutex_);
  IndexPending();
  const auto found = sections_.find(node_hash);
  if (found == sections_.end()) return std::nullopt;
  return found->second;
}

}  // namespace banyan::cli
