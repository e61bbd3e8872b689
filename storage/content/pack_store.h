#pragma once
// All packs of one store: hands out open packs to writers, one writer each, loads sealed packs on
// demand within bounds of memory, and keeps the memory of mapped packs within a budget. Thread
// safe.

#include <functional>
#include <list>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "storage/content/pack.h"

namespace banyan::storage {

class PackStore {
 public:
  // `directory` is made if absent. Open packs left by a dead process are recovered and go on
  // being filled; left-over temporary files are removed.
  static Result<std::unique_ptr<PackStore>> Open(FileSystem& fs, const std::string& directory);

  // Exclusive use of one open pack; returned to the store at the end of its life.
  class Lease {
   public:
    Lease(PackStore* store, std::shared_ptr<Pack> pack) : store_(store), pack_(std::move(pack)) {}
    ~Lease();
    Lease(Lease&&) noexcept = default;
    Pack* operator->() { return pack_.get(); }
    Pack& operator*() { return *pack_; }

   private:
    PackStore* store_;
    std::shared_ptr<Pack> pack_;
  };
  // An open pack with room for a chunk of the largest size; a new one if none is idle.
  Result<Lease> Acquire();

  // Corrupt when there is no such pack or its footer is damaged. One object per id at a time.
  Result<std::shared_ptr<Pack>> Get(PackId id);
  // In bytes, of each chunk of the run.
  Result<std::vector<std::uint32_t>> RawSizesOf(const Term& run);
  // Makes everything appended so far durable; seals packs that have no room left.
  Status Sync();
  // Io once a failed sync stopped the store from taking anything (Pack::Sync).
  Status CheckUsable();
  // Makes idle open packs sealed, whatever room they have: all, or those that `wanted` says true
  // of. Empty ones stay, and after a failure those that were not sealed go on being filled.
  using PackFilter = std::function<bool(Pack& pack)>;
  Status SealIdle(const PackFilter& wanted = nullptr);

  // Chunks known to be damaged, by pack: no object of the pack finds them, until a reading finds
  // them whole; none of a pack that could not be opened (Pack::kNone), until it was read whole.
  // Adds to what is known.
  using ChunkIndices = std::map<PackId, std::vector<std::uint32_t>>;
  void NoteDamaged(const ChunkIndices& damaged);
  // The pack was read whole: what was known of it is not so any more.
  void ForgetDamaged(PackId id);

  // After Pack::Rewrite: later Gets load the new file.
  void Forget(PackId id);
  // Deletes a sealed pack that nothing references.
  Status Remove(PackId id);

  std::vector<PackId> SealedIds();
  std::vector<PackId> OpenIds();
  PackId HighestId();
  // Counts bytes handed out from mappings; past a budget the memory of all mapped packs is given
  // back, so that resident memory stays bounded however many slow clients hold a slice.
  void CountMapped(std::uint64_t size_bytes);
  const std::string& directory() const { return directory_; }

 private:
  PackStore(FileSystem& fs, std::string directory) : fs_(fs), directory_(std::move(directory)) {}
  Status Recover() NO_THREAD_SAFETY_ANALYSIS;
  Status FinishSeal(PackId id);
  void Release(std::shared_ptr<Pack> pack);
  void MarkSealed(const std::shared_ptr<Pack>& pack);
  std::shared_ptr<Pack> FindLoaded(PackId id) REQUIRES(mutex_);  // nullptr: not in memory
  void KeepRecent(const std::shared_ptr<Pack>& pack) REQUIRES(mutex_);

  FileSystem& fs_;
  const std::string directory_;
  Mutex sync_mutex_;  // one Sync at a time; taken before mutex_
  // Open packs up to this one have their names on the disk.
  PackId named_id_ GUARDED_BY(sync_mutex_) = 0;
  Mutex mutex_;
  PackId highest_id_ GUARDED_BY(mutex_) = 0;
  std::vector<PackId> sealed_ids_ GUARDED_BY(mutex_);                // ascending
  std::map<PackId, std::shared_ptr<Pack>> open_ GUARDED_BY(mutex_);  // all open packs
  std::vector<std::shared_ptr<Pack>> idle_ GUARDED_BY(mutex_);       // those without a lease
  std::map<PackId, std::weak_ptr<Pack>> loaded_ GUARDED_BY(mutex_);
  ChunkIndices damaged_ GUARDED_BY(mutex_);  // to tell packs when they are loaded
  std::list<std::shared_ptr<Pack>> recent_ GUARDED_BY(mutex_);
  std::uint64_t mapped_bytes_ GUARDED_BY(mutex_) = 0;
};

}  // namespace banyan::storage
