#include "storage/content/pack.h"

#include <algorithm>
#include <cstdio>
#include <numeric>

namespace banyan::storage {
namespace {

Error Broken() { return Error(Errc::Io, "pack: an earlier write failed; restart the node"); }

// What appends hand to the file ends at multiples of this: the system then keeps it in large pages.
constexpr std::size_t kFlushBytes = 1u << 20;

bool IdLess(const ChunkId& a, const ChunkId& b) { return a < b; }

}  // namespace

PackPaths PathsOf(const std::string& directory, PackId id) {
  char name[16];
  std::snprintf(name, sizeof name, "%08x", id);
  const std::string bucket(name + 6, 2);
  return {directory + "/open/" + name + ".data", directory + "/open/" + name + ".table",
          directory + "/" + bucket + "/" + name + ".pack"};
}

bool Pack::sealed() const {
  MutexLock lock(mutex_);
  return sealed_;
}
std::size_t Pack::chunk_count() const {
  MutexLock lock(mutex_);
  return entries_.size();
}
std::uint64_t Pack::payload_bytes() const {
  MutexLock lock(mutex_);
  return payload_bytes_;
}
bool Pack::broken() const {
  MutexLock lock(mutex_);
  return broken_;
}
PackEntry Pack::entry(std::uint32_t index) const {
  MutexLock lock(mutex_);
  return index < entries_.size() ? entries_[index] : PackEntry{};
}
std::vector<PackEntry> Pack::entries() const {
  MutexLock lock(mutex_);
  return entries_;
}

std::vector<std::uint32_t> Pack::Find(const ChunkId& id) const {
  MutexLock lock(mutex_);
  // order_ lags behind appends; only the missing part is sorted and merged in.
  if (order_.size() < entries_.size()) {
    const auto by_id = [&](std::uint16_t a, std::uint16_t b)
                           REQUIRES(mutex_) { return IdLess(entries_[a].id, entries_[b].id); };
    const auto old = static_cast<std::ptrdiff_t>(order_.size());
    order_.resize(entries_.size());
    std::iota(order_.begin() + old, order_.end(), static_cast<std::uint16_t>(old));
    std::sort(order_.begin() + old, order_.end(), by_id);
    std::inplace_merge(order_.begin(), order_.begin() + old, order_.end(), by_id);
  }
  auto at = std::lower_bound(order_.begin(), order_.end(), id,
                             [&](std::uint16_t index, const ChunkId& wanted)
                                 REQUIRES(mutex_) { return IdLess(entries_[index].id, wanted); });
  std::vector<std::uint32_t> found;
  if (damaged_.contains(kNone)) return found;
  for (; at != order_.end() && entries_[*at].id == id; ++at) {
    if (!entries_[*at].dropped && !damaged_.contains(*at)) found.push_back(*at);
  }
  return found;
}

bool Pack::IsDamaged(std::uint32_t index) const {
  MutexLock lock(mutex_);
  return damaged_.contains(index) || damaged_.contains(kNone);
}

bool Pack::HasRoom(std::uint32_t raw_bytes) const {
  MutexLock lock(mutex_);
  return !sealed_ && !was_cut_ && entries_.size() < kMaxPackChunks &&
         raw_bytes_ + raw_bytes <= kMaxPackRawBytes;
}

void Pack::Use(PageCache cache) {
  MutexLock lock(mutex_);
  cache_ = cache;
}

Result<std::uint32_t> Pack::Append(const ChunkId& id, const EncodedChunk& chunk,
                                   std::uint32_t raw_bytes) {
  MutexLock lock(mutex_);
  ENSURE(!sealed_ && entries_.size() < kMaxPackChunks);
  if (broken_) return Broken();
  // Before the chunk is taken, so that a full disk leaves it out.
  TRY(WriteAnew());
  const std::size_t beyond = payload_bytes_ % kFlushBytes;
  if (payload_bytes_ - beyond > payload_written_) {
    TRY(FlushLocked(payload_pending_.size() - beyond));
  }
  const PackEntry entry{id,
                        static_cast<std::uint32_t>(payload_bytes_),
                        static_cast<std::uint32_t>(chunk.payload.size()),
                        raw_bytes,
                        chunk.encoding,
                        false};
  payload_pending_.Append(chunk.payload);
  AppendRecord(entry, records_pending_);
  entries_.push_back(entry);
  payload_bytes_ += entry.stored_bytes;
  raw_bytes_ += raw_bytes;
  dirty_ = true;
  return static_cast<std::uint32_t>(entries_.size() - 1);
}

// Records may be ahead of their payload: Recover cuts off what has none.
Status Pack::FlushLocked(std::size_t payload_bytes) {
  if (payload_bytes == 0) return Ok();
  if (broken_) return Broken();
  TRY(table_->WriteAt(records_written_, records_pending_));
  records_written_ += records_pending_.size();
  records_pending_.clear();
  PageBytes beyond;
  beyond.Append(payload_pending_.bytes().subspan(payload_bytes));
  payload_pending_.Shrink(payload_bytes);
  const Status written = cache_ == PageCache::Use
                             ? data_->WriteAt(payload_written_, payload_pending_.bytes())
                             : data_->WriteBehind(payload_written_, std::move(payload_pending_));
  if (!written) {
    broken_ = payload_pending_.size() == 0;  // an earlier block was lost, and this one with it
    payload_pending_.Append(beyond.bytes());
    return written;
  }
  payload_written_ += payload_bytes;
  payload_pending_ = std::move(beyond);
  return Ok();
}

Status Pack::Sync() {
  MutexLock lock(mutex_);
  if (broken_) return Broken();
  if (sealed_ || !dirty_) return Ok();
  TRY(WriteAnew());
  TRY(FlushLocked(payload_pending_.size()));  // nothing was promised yet: it may be tried again
  broken_ = true;
  TRY(data_->Sync());
  TRY(table_->Sync());
  broken_ = false;
  dirty_ = false;
  return Ok();
}

// A crash in here leaves either the open pair (extra footer bytes are cut by Recover) or the
// sealed file with a left-over table (removed at the next start).
Status Pack::Seal(FileSystem& fs, const std::string& directory,
                  std::span<const std::shared_ptr<Pack>> packs) {
  if (packs.empty()) return Ok();
  std::vector<std::string> buckets;
  for (const auto& pack : packs) {
    buckets.push_back(ParentDirectory(PathsOf(directory, pack->id()).sealed));
    TRY(fs.CreateDirectories(buckets.back()));
  }
  for (const auto& pack : packs) TRY(pack->WriteFooter());
  for (const auto& pack : packs) TRY(pack->SyncAndRename());
  for (const auto& bucket : buckets) TRY(fs.SyncDirectory(bucket));
  TRY(fs.SyncDirectory(directory + "/open"));
  Status ended;
  for (const auto& pack : packs) {
    auto one = pack->EndSealing();
    if (!one && ended) ended = std::move(one);
  }
  return ended;
}

// All that takes space. Nothing was promised yet: what fails here, such as on a full disk, may be
// tried again.
Status Pack::WriteFooter() {
  MutexLock lock(mutex_);
  ENSURE(!sealed_);
  if (broken_) return Broken();
  TRY(WriteAnew());
  TRY(FlushLocked(payload_pending_.size()));
  return data_->WriteAt(payload_bytes_, EncodeFooter(entries_));
}

Status Pack::SyncAndRename() {
  MutexLock lock(mutex_);
  broken_ = true;  // until the end of sealing
  TRY(data_->Sync());
  const PackPaths paths = PathsOf(directory_, id_);
  return fs_.Rename(paths.data, paths.sealed);
}

// The pack is sealed whether or not its table goes: one that stays goes at the next start.
Status Pack::EndSealing() {
  MutexLock lock(mutex_);
  broken_ = false;
  dirty_ = false;
  sealed_ = true;
  table_.reset();
  // Without what writing needs, such as a thread.
  if (auto sealed = fs_.Open(PathsOf(directory_, id_).sealed, OpenMode::Read)) {
    data_ = *std::move(sealed);
  }
  return fs_.Remove(PathsOf(directory_, id_).table);
}

Result<std::shared_ptr<File>> Pack::FileHolding(std::uint64_t end_offset) {
  MutexLock lock(mutex_);
  if (!sealed_ && end_offset > payload_written_) TRY(FlushLocked(payload_pending_.size()));
  return data_;
}

Status Pack::ReadStored(const PackEntry& entry, std::span<std::uint8_t> out) {
  ENSURE(out.size() == entry.stored_bytes);
  return ReadPayload(entry.offset, out);
}

Status Pack::ReadPayload(std::uint64_t offset, std::span<std::uint8_t> out) {
  auto file = TRY(FileHolding(offset + out.size()));
  const std::size_t got = TRY(file->ReadAt(offset, out));
  if (got != out.size()) return Error(Errc::Corrupt, "pack: the file ends inside a chunk");
  return Ok();
}

Status Pack::ReadChunk(std::uint32_t index, std::span<std::uint8_t> raw, ChunkDecoder& decoder,
                       Verify verify) {
  const PackEntry at = entry(index);
  if (at.raw_bytes == 0 || at.dropped) return Error(Errc::NotFound, "pack: no such chunk");
  ENSURE(raw.size() == at.raw_bytes);
  const Status read = ReadDecoded(at, raw, decoder);
  if (!read) {
    const Errc code = read.error().code();
    if (code == Errc::Corrupt || code == Errc::Io) SetVerified(index, false);
    return read;
  }
  if (verify == Verify::Once && IsVerified(index)) return Ok();
  const bool right = HashChunk(raw) == at.id;
  SetVerified(index, right);
  if (right) return Ok();
  return Error(Errc::Corrupt, "chunk " + at.id.Short() + ": stored bytes do not match its id");
}

Status Pack::ReadDecoded(const PackEntry& at, std::span<std::uint8_t> raw, ChunkDecoder& decoder) {
  if (at.encoding == Encoding::Raw) return ReadStored(at, raw);
  const auto stored = decoder.PayloadRoom(at.stored_bytes);
  TRY(ReadStored(at, stored));
  return decoder.Decode(at.encoding, stored, raw);
}

bool Pack::IsVerified(std::uint32_t index) const {
  MutexLock lock(mutex_);
  return index < verified_.size() && verified_[index];
}

void Pack::MarkDamaged(const std::vector<std::uint32_t>& indices) {
  MutexLock lock(mutex_);
  damaged_.insert(indices.begin(), indices.end());
}

void Pack::MarkReadable() {
  MutexLock lock(mutex_);
  damaged_.erase(kNone);
}

void Pack::SetVerified(std::uint32_t index, bool verified) {
  MutexLock lock(mutex_);
  if (index >= verified_.size()) verified_.resize(entries_.size());
  verified_[index] = verified;
  if (verified) {
    damaged_.erase(index);
  } else {
    damaged_.insert(index);
  }
}

Result<std::shared_ptr<Mapping>> Pack::Map() {
  MutexLock lock(mutex_);
  if (!sealed_) return std::shared_ptr<Mapping>();
  if (!mapping_) mapping_ = TRY(data_->Map());
  return mapping_;
}

void Pack::DropResident() {
  MutexLock lock(mutex_);
  if (mapping_) mapping_->DropResident(0, mapping_->bytes().size());
}

void Pack::Drop(const std::vector<std::uint32_t>& indices) {
  MutexLock lock(mutex_);
  for (const std::uint32_t index : indices) {
    if (index < entries_.size()) entries_[index].dropped = true;
  }
}

Status Pack::Rewrite() {
  const std::string sealed = PathsOf(directory_, id_).sealed;
  auto file = TRY(fs_.Open(sealed + ".tmp", OpenMode::Create));
  TRY(file->Truncate(0));
  auto source = TRY(FileHolding(0));
  std::vector<PackEntry> kept = entries();
  std::uint64_t at = 0;
  Bytes payload;
  for (PackEntry& entry : kept) {
    if (entry.dropped) {
      entry.stored_bytes = 0;
      continue;
    }
    payload.resize(entry.stored_bytes);
    const std::size_t got = TRY(source->ReadAt(entry.offset, payload));
    if (got != payload.size()) return Error(Errc::Corrupt, sealed + ": ends inside a chunk");
    TRY(file->WriteAt(at, payload));
    at += payload.size();
  }
  TRY(file->WriteAt(at, EncodeFooter(kept)));
  TRY(file->Sync());
  TRY(fs_.Rename(sealed + ".tmp", sealed));
  return fs_.SyncDirectory(ParentDirectory(sealed));
}

}  // namespace banyan::storage
