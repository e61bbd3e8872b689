#include "storage/content/pack_store.h"

#include <algorithm>
#include <charconv>

#include "storage/base/logging.h"

namespace banyan::storage {
namespace {

constexpr std::size_t kRecentPacks = 256;             // about 50 KiB of table each
constexpr std::uint64_t kResidentBudget = 64u << 20;  // see CountMapped

// "0000002a.pack" -> 42; 0 for other names.
PackId ParsePackName(const std::string& name, std::string_view extension) {
  PackId id = 0;
  if (name.size() != 8 + extension.size() || !name.ends_with(extension)) return 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + 8, id, 16);
  return error == std::errc() && end == name.data() + 8 ? id : 0;
}

}  // namespace

PackStore::Lease::~Lease() {
  if (pack_) store_->Release(std::move(pack_));
}

Result<std::unique_ptr<PackStore>> PackStore::Open(FileSystem& fs, const std::string& directory) {
  std::unique_ptr<PackStore> store(new PackStore(fs, directory));
  TRY(store->Recover());
  return store;
}

Status PackStore::Recover() {
  TRY(fs_.CreateDirectories(directory_ + "/open"));
  TRY(fs_.SyncDirectory(directory_));
  for (const std::string& bucket : TRY(fs_.List(directory_))) {
    if (bucket.size() != 2) continue;
    for (const std::string& name : TRY(fs_.List(directory_ + "/" + bucket))) {
      const PackId id = ParsePackName(name, ".pack");
      if (id > 0) sealed_ids_.push_back(id);
      if (name.ends_with(".tmp")) TRY(fs_.Remove(directory_ + "/" + bucket + "/" + name));
    }
  }
  std::sort(sealed_ids_.begin(), sealed_ids_.end());
  if (!sealed_ids_.empty()) highest_id_ = sealed_ids_.back();
  for (const std::string& name : TRY(fs_.List(directory_ + "/open"))) {
    if (name.ends_with(".tmp")) TRY(fs_.Remove(directory_ + "/open/" + name));
  }
  for (const std::string& name : TRY(fs_.List(directory_ + "/open"))) {
    const PackId data_id = ParsePackName(name, ".data");
    const PackId table_id = ParsePackName(name, ".table");
    highest_id_ = std::max({highest_id_, data_id, table_id});
    if (table_id > 0) {
      const auto data = fs_.Stat(PathsOf(directory_, table_id).data);
      if (!data && data.error().code() != Errc::NotFound) return data.error();
      if (!data) TRY(FinishSeal(table_id));
    }
    if (data_id == 0) continue;
    auto pack = Pack::Recover(fs_, directory_, data_id);
    if (!pack && pack.error().code() == Errc::NotFound) {
      TRY(fs_.Remove(directory_ + "/open/" + name));  // made without its table: nothing in it
      continue;
    }
    auto recovered = TRY(std::move(pack));
    log::Info("storage", "recovered pack={} chunks={}", data_id, recovered->chunk_count());
    open_[data_id] = recovered;
    idle_.push_back(recovered);
  }
  return Ok();
}

// A table without its data: sealing was interrupted at its last step. After a failed sync the new
// name may be in memory only, so it is made durable before the table goes.
Status PackStore::FinishSeal(PackId id) {
  const PackPaths paths = PathsOf(directory_, id);
  const Status named = fs_.SyncDirectory(ParentDirectory(paths.sealed));
  if (!named && named.error().code() != Errc::NotFound) return named;
  TRY(fs_.SyncDirectory(ParentDirectory(paths.table)));
  return fs_.Remove(paths.table);
}

Status PackStore::CheckUsable() {
  std::vector<std::shared_ptr<Pack>> packs;  // asked without the lock: a pack may be in its sync
  {
    MutexLock lock(mutex_);
    for (const auto& [id, pack] : open_) packs.push_back(pack);
  }
  for (const auto& pack : packs) {
    if (!pack->broken()) continue;
    return Error(Errc::Io, "a write to pack " + std::to_string(pack->id()) +
                               " failed; uploads fail until the node is restarted");
  }
  return Ok();
}

Result<PackStore::Lease> PackStore::Acquire() {
  MutexLock lock(mutex_);
  while (!idle_.empty()) {
    auto pack = std::move(idle_.back());
    idle_.pop_back();
    if (pack->HasRoom(kMaxChunkBytes)) return Lease(this, std::move(pack));
  }
  auto pack = TRY(Pack::Create(fs_, directory_, highest_id_ + 1));
  ++highest_id_;
  open_[highest_id_] = pack;
  return Lease(this, std::move(pack));
}

void PackStore::Release(std::shared_ptr<Pack> pack) {
  MutexLock lock(mutex_);
  if (pack->HasRoom(kMaxChunkBytes)) idle_.push_back(std::move(pack));
}

Result<std::shared_ptr<Pack>> PackStore::Get(PackId id) {
  MutexLock lock(mutex_);
  if (const auto open = open_.find(id); open != open_.end()) return open->second;
  if (auto pack = loaded_[id].lock()) {
    return pack;
  }
  auto loaded = Pack::Load(fs_, directory_, id);
  if (!loaded) {
    loaded_.erase(id);
    if (loaded.error().code() != Errc::NotFound) return loaded;
    return Error(Errc::Corrupt, loaded.error().message());  // somebody was told it is there
  }
  if (const auto damaged = damaged_.find(id); damaged != damaged_.end()) {
    (*loaded)->MarkDamaged(damaged->second);
  }
  loaded_[id] = *loaded;
  KeepRecent(*loaded);
  return loaded;
}

Result<std::vector<std::uint32_t>> PackStore::RawSizesOf(const Term& run) {
  const auto pack = TRY(Get(run.pack));
  std::vector<std::uint32_t> sizes;
  for (std::uint32_t i = 0; i < run.count; ++i) {
    sizes.push_back(pack->entry(run.first + i).raw_bytes);
  }
  return sizes;
}

void PackStore::NoteDamaged(const ChunkIndices& damaged) {
  MutexLock lock(mutex_);
  for (const auto& [id, indices] : damaged) {
    auto& all = damaged_[id];
    all.insert(all.end(), indices.begin(), indices.end());
    if (const auto open = open_.find(id); open != open_.end()) open->second->MarkDamaged(indices);
    if (const auto pack = FindLoaded(id)) pack->MarkDamaged(indices);
  }
}

void PackStore::ForgetDamaged(PackId id) {
  MutexLock lock(mutex_);
  damaged_.erase(id);
  if (const auto pack = FindLoaded(id)) pack->MarkReadable();
}

std::shared_ptr<Pack> PackStore::FindLoaded(PackId id) {
  const auto loaded = loaded_.find(id);
  return loaded == loaded_.end() ? nullptr : loaded->second.lock();
}

void PackStore::KeepRecent(const std::shared_ptr<Pack>& pack) {
  recent_.push_front(pack);
  if (recent_.size() > kRecentPacks) {
    const PackId oldest = recent_.back()->id();
    recent_.pop_back();
    if (loaded_[oldest].expired()) loaded_.erase(oldest);
  }
}

void PackStore::MarkSealed(const std::shared_ptr<Pack>& pack) {
  MutexLock lock(mutex_);
  const PackId id = pack->id();
  open_.erase(id);
  std::erase(idle_, pack);  // one that was recovered without room
  loaded_[id] = pack;
  KeepRecent(pack);
  sealed_ids_.insert(std::upper_bound(sealed_ids_.begin(), sealed_ids_.end(), id), id);
}

Status PackStore::Sync() {
  MutexLock sync_lock(sync_mutex_);
  std::vector<std::shared_ptr<Pack>> packs;
  PackId highest_id = 0;
  {
    MutexLock lock(mutex_);
    for (const auto& [id, pack] : open_) packs.push_back(pack);
    highest_id = highest_id_;
  }
  std::vector<std::shared_ptr<Pack>> full;
  for (const auto& pack : packs) {
    if (pack->HasRoom(kMaxChunkBytes)) {
      TRY(pack->Sync());
    } else if (!pack->sealed()) {
      full.push_back(pack);
    }
  }
  const Status sealed = Pack::Seal(fs_, directory_, full);
  for (const auto& pack : packs) {
    if (pack->sealed()) MarkSealed(pack);
  }
  TRY(sealed);
  if (highest_id > named_id_) {
    TRY(fs_.SyncDirectory(directory_ + "/open"));
    named_id_ = highest_id;
  }
  return Ok();
}

Status PackStore::SealIdle(const PackFilter& wanted) {
  MutexLock sync_lock(sync_mutex_);
  std::vector<std::shared_ptr<Pack>> packs;
  {
    MutexLock lock(mutex_);
    packs.swap(idle_);
  }
  const auto chosen = std::partition(packs.begin(), packs.end(), [&](const auto& pack) {
    return pack->chunk_count() == 0 || pack->broken() || (wanted && !wanted(*pack));
  });
  {
    MutexLock lock(mutex_);
    idle_.insert(idle_.end(), packs.begin(), chosen);
  }
  packs.erase(packs.begin(), chosen);
  const Status sealed = Pack::Seal(fs_, directory_, packs);
  for (auto& pack : packs) {
    if (pack->sealed()) {
      MarkSealed(pack);
    } else {
      Release(std::move(pack));
    }
  }
  return sealed;
}

void PackStore::Forget(PackId id) {
  MutexLock lock(mutex_);
  loaded_.erase(id);
  recent_.remove_if([id](const std::shared_ptr<Pack>& pack) { return pack->id() == id; });
}

Status PackStore::Remove(PackId id) {
  Forget(id);
  const std::string path = PathsOf(directory_, id).sealed;
  TRY(fs_.Remove(path));
  {
    MutexLock lock(mutex_);
    std::erase(sealed_ids_, id);
    damaged_.erase(id);  // the number may be given again
  }
  return fs_.SyncDirectory(ParentDirectory(path));
}

std::vector<PackId> PackStore::SealedIds() {
  MutexLock lock(mutex_);
  return sealed_ids_;
}

std::vector<PackId> PackStore::OpenIds() {
  MutexLock lock(mutex_);
  std::vector<PackId> ids;
  for (const auto& [id, pack] : open_) ids.push_back(id);
  return ids;
}

PackId PackStore::HighestId() {
  MutexLock lock(mutex_);
  return highest_id_;
}

void PackStore::CountMapped(std::uint64_t size_bytes) {
  MutexLock lock(mutex_);
  mapped_bytes_ += size_bytes;
  if (mapped_bytes_ < kResidentBudget) return;
  mapped_bytes_ = 0;
  for (const auto& [id, weak] : loaded_) {
    if (const auto pack = weak.lock()) pack->DropResident();
  }
}

}  // namespace banyan::storage
