#include "cli/transfer/file_hash.h"

#include <array>
#include <thread>

#include "storage/base/mutex.h"
#include "storage/content/chunker.h"
#include "storage/content/merkle_stream.h"

namespace banyan::cli {
namespace {

constexpr std::size_t kBlockBytes = 1u << 20;

// Hashes blocks on a thread of its own. A block handed over must stay unchanged until the next
// call returns.
class Sha256Thread {
 public:
  Sha256Thread() : thread_([this] { Work(); }) {}
  ~Sha256Thread() {
    if (thread_.joinable()) (void)Finish();
  }
  Sha256Thread(const Sha256Thread&) = delete;
  Sha256Thread& operator=(const Sha256Thread&) = delete;

  // Waits until the previous block is done with.
  void Update(ByteView block) EXCLUDES(mutex_) { Hand(block, false); }
  Sha256 Finish() EXCLUDES(mutex_) {
    Hand({}, true);
    thread_.join();
    return hasher_.Finish();
  }

 private:
  void Hand(ByteView block, bool last) EXCLUDES(mutex_) {
    const MutexLock lock(mutex_);
    while (busy_) changed_.Wait(mutex_);
    block_ = block;
    busy_ = true;
    ended_ = last;
    changed_.NotifyAll();
  }
  void Work() EXCLUDES(mutex_) {
    while (true) {
      ByteView block;
      {
        const MutexLock lock(mutex_);
        while (!busy_) changed_.Wait(mutex_);
        if (ended_) return;
        block = block_;
      }
      hasher_.Update(block);
      const MutexLock lock(mutex_);
      busy_ = false;
      changed_.NotifyAll();
    }
  }

  Sha256Hasher hasher_;
  Mutex mutex_;
  CondVar changed_;
  ByteView block_ GUARDED_BY(mutex_);
  bool busy_ GUARDED_BY(mutex_) = false;
  bool ended_ GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace

Result<FileHashes> HashFileAt(FileSystem& fs, const std::string& path, const ChunkSink& on_chunk) {
  if (TRY(fs.Stat(path)).is_directory) {
    return Error(Errc::Invalid, path + " is a folder: name a file");
  }
  auto file = TRY(fs.Open(path, OpenMode::Read));
  FileHashes hashes;
  storage::MerkleStream merkle;
  storage::Chunker chunker([&](ByteView raw) -> Status {
    const storage::ChunkRef chunk{storage::HashChunk(raw), static_cast<std::uint32_t>(raw.size())};
    merkle.Add(chunk);
    ++hashes.chunk_count;
    return on_chunk(chunk);
  });
  std::array<Bytes, 2> blocks{Bytes(kBlockBytes), Bytes(kBlockBytes)};
  Sha256Thread sha256;  // after the blocks: it ends before they do
  for (std::size_t turn = 0;; turn ^= 1) {
    const auto got = TRY(file->ReadAt(hashes.size_bytes, blocks[turn]));
    if (got == 0) break;
    const auto block = ByteView(blocks[turn]).first(got);
    sha256.Update(block);
    TRY(chunker.Feed(block));
    hashes.size_bytes += got;
  }
  TRY(chunker.Finish());
  hashes.sha256 = sha256.Finish();
  hashes.file_hash = storage::HashFileOfRoot(merkle.Finish());
  return hashes;
}

}  // namespace banyan::cli
