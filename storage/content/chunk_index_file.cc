// The index's copy on disk: magic and version, coverage, then per shard capacity, count and
// slots, each part followed by the SHA-256 of everything before it, so that a torn or rotten copy
// is noticed and rebuilt.

#include "storage/content/chunk_index.h"

#include <algorithm>

namespace banyan::storage {
namespace {

constexpr std::string_view kMagic = "BNYNIDX0";
constexpr std::uint32_t kMaxShardCapacity = 1u << 24;

// Sequential output through a hash.
class HashedWriter {
 public:
  HashedWriter(File& file) : file_(file) {}  // NOLINT
  Status Write(ByteView bytes) {
    buffer_.insert(buffer_.end(), bytes.begin(), bytes.end());
    return buffer_.size() < (1u << 20) ? Ok() : Flush();
  }
  Status Finish() {
    TRY(Flush());
    const Sha256 sum = hasher_.Finish();
    TRY(file_.WriteAt(offset_, sum.bytes()));
    TRY(file_.Truncate(offset_ + Sha256::kSize));
    return file_.Sync();
  }

 private:
  Status Flush() {
    hasher_.Update(buffer_);
    TRY(file_.WriteAt(offset_, buffer_));
    offset_ += buffer_.size();
    buffer_.clear();
    return Ok();
  }
  File& file_;
  Sha256Hasher hasher_;
  Bytes buffer_;
  std::uint64_t offset_ = 0;
};

class HashedReader {
 public:
  HashedReader(File& file) : file_(file) {}  // NOLINT
  // The next bytes, through a buffer: most reads are of a few bytes.
  Status Read(std::span<std::uint8_t> out) {
    while (!out.empty()) {
      if (next_ == buffer_.size()) {
        HashTaken();
        buffer_.resize(1u << 20);
        buffer_.resize(TRY(file_.ReadAt(offset_, buffer_)));
        offset_ += buffer_.size();
        next_ = hashed_ = 0;
        if (buffer_.empty()) return Error(Errc::Corrupt, "chunk index: the file is cut short");
      }
      const std::size_t part = std::min(out.size(), buffer_.size() - next_);
      std::copy_n(buffer_.begin() + static_cast<std::ptrdiff_t>(next_), part, out.begin());
      out = out.subspan(part);
      next_ += part;
    }
    return Ok();
  }
  Result<std::uint32_t> ReadU32() {
    std::array<std::uint8_t, 4> bytes;
    TRY(Read(bytes));
    return LoadLe<std::uint32_t>(bytes.data());
  }
  Status Finish() {
    std::array<std::uint8_t, Sha256::kSize> sum;
    HashTaken();
    hashing_ = false;
    const Sha256 computed = hasher_.Finish();
    TRY(Read(sum));
    if (Sha256::FromRaw(sum) != computed) {
      return Error(Errc::Corrupt, "chunk index: checksum mismatch");
    }
    return Ok();
  }

 private:
  void HashTaken() {
    if (hashing_) hasher_.Update(ByteView(buffer_).subspan(hashed_, next_ - hashed_));
    hashed_ = next_;
  }

  File& file_;
  Sha256Hasher hasher_;
  Bytes buffer_;
  std::size_t next_ = 0;
  std::size_t hashed_ = 0;  // of the buffer
  bool hashing_ = true;
  std::uint64_t offset_ = 0;
};

}  // namespace

Status ChunkIndex::Save(FileSystem& fs, const std::string& path, const Coverage& coverage) const {
  auto file = TRY(fs.Open(path + ".tmp", OpenMode::Create));
  HashedWriter out(*file);
  ByteWriter head;
  head.Raw(AsBytes(kMagic));
  head.Le(coverage.watermark);
  head.Le(static_cast<std::uint32_t>(coverage.open_packs.size()));
  for (const PackId id : coverage.open_packs) head.Le(id);
  TRY(out.Write(head.bytes()));
  for (std::size_t i = 0; i < shards_.size(); ++i) {
    MutexLock lock(locks_[i % kLocks]);
    const Shard& shard = shards_[i];
    std::array<std::uint8_t, 8> sizes;
    StoreLe(&sizes[0], shard.capacity);
    StoreLe(&sizes[4], shard.count);
    TRY(out.Write(sizes));
    TRY(out.Write({shard.slots.get(), std::size_t{shard.capacity} * kEntryBytes}));
  }
  TRY(out.Finish());
  TRY(fs.Rename(path + ".tmp", path));
  return fs.SyncDirectory(ParentDirectory(path));
}

Result<ChunkIndex::Coverage> ChunkIndex::Load(FileSystem& fs, const std::string& path) {
  auto file = TRY(fs.Open(path, OpenMode::Read));
  HashedReader in(*file);
  std::array<std::uint8_t, 8> magic;
  TRY(in.Read(magic));
  if (AsText(magic) != kMagic) return Error(Errc::Corrupt, "chunk index: wrong magic");
  Coverage coverage;
  coverage.watermark = TRY(in.ReadU32());
  const std::uint32_t open_count = TRY(in.ReadU32());
  for (std::uint32_t i = 0; i < open_count; ++i) coverage.open_packs.push_back(TRY(in.ReadU32()));
  std::vector<Shard> shards(shards_.size());
  for (Shard& shard : shards) {
    shard.capacity = TRY(in.ReadU32());
    shard.count = TRY(in.ReadU32());
    if (shard.capacity > kMaxShardCapacity || shard.count > shard.capacity) {
      return Error(Errc::Corrupt, "chunk index: impossible shard size");
    }
    const std::size_t bytes = std::size_t{shard.capacity} * kEntryBytes;
    if (bytes == 0) continue;
    shard.slots.reset(new std::uint8_t[bytes]);
    TRY(in.Read({shard.slots.get(), bytes}));
  }
  TRY(in.Finish());
  shards_ = std::move(shards);
  return coverage;
}

}  // namespace banyan::storage
