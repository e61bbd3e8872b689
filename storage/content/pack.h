#pragma once
// One pack: open (appended to by one writer) or sealed (immutable but for dropped chunks).
//
//            Append              Seal                 Drop + rewrite
//   (new) ──────────▶ open ────────────────▶ sealed ────────────────▶ sealed
//                      │  crash: Recover keeps the verified prefix     (same indices)
//                      └──────────▶ open
//
// Files: open/<id>.data holds payloads, open/<id>.table their records; sealing appends the footer
// to the data file, syncs, renames it to <xx>/<id>.pack and removes the table. Reading is safe from
// many threads at any time; appending belongs to one thread at a time.

#include <memory>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "storage/base/file_system.h"
#include "storage/base/mutex.h"
#include "storage/base/page_bytes.h"
#include "storage/content/pack_format.h"
#include "storage/content/recipe.h"

namespace banyan::storage {

// Paths of a pack's files below the packs directory.
struct PackPaths {
  std::string data;
  std::string table;
  std::string sealed;
};
PackPaths PathsOf(const std::string& directory, PackId id);

class Pack {
 public:
  // A new empty open pack; its name is not durable before the directory of open packs is synced.
  static Result<std::shared_ptr<Pack>> Create(FileSystem& fs, const std::string& directory,
                                              PackId id);
  // An open pack left by a dead process: keeps the longest prefix of records whose chunks decode
  // and hash to their ids, cuts the rest off.
  static Result<std::shared_ptr<Pack>> Recover(FileSystem& fs, const std::string& directory,
                                               PackId id);
  // A sealed pack; Corrupt when its footer is damaged.
  static Result<std::shared_ptr<Pack>> Load(FileSystem& fs, const std::string& directory,
                                            PackId id);

  PackId id() const { return id_; }
  bool sealed() const;
  std::size_t chunk_count() const;
  std::uint64_t payload_bytes() const;
  PackEntry entry(std::uint32_t index) const;
  std::vector<PackEntry> entries() const;
  // The indices of live copies of a chunk that no reading found damaged: mostly none or one.
  std::vector<std::uint32_t> Find(const ChunkId& id) const;
  static constexpr std::uint32_t kNone = ~0u;  // in reports of damage: the whole pack

  // A reading in the life of this object found other bytes than the id says, or MarkDamaged said
  // so: not to be used for new files, which store the chunk again.
  bool IsDamaged(std::uint32_t index) const;

  // Adds a chunk (not yet durable) and gives its index. The caller checked HasRoom.
  Result<std::uint32_t> Append(const ChunkId& id, const EncodedChunk& chunk,
                               std::uint32_t raw_bytes);
  bool HasRoom(std::uint32_t raw_bytes) const;
  // Does what is appended from now on stay in the system's cache? Not to be read soon, it costs
  // processor time and pushes out what is.
  enum class PageCache { Use, Bypass };
  void Use(PageCache cache);
  // Makes what was appended durable, once the directory of open packs is synced. A full disk may be
  // tried again. After a failed sync what is on disk is unknown: the pack is broken, takes no more
  // appends, and every later Sync fails until the process restarts and Recover reads it again.
  Status Sync();
  // Seals open packs that nobody appends to any more, durably; failures as for Sync: one that is
  // then neither sealed nor broken may be appended to again. Each step is taken for all of them
  // before the next, since waiting for the disk costs the same for many.
  static Status Seal(FileSystem& fs, const std::string& directory,
                     std::span<const std::shared_ptr<Pack>> packs);
  bool broken() const;

  // Decodes one chunk into `raw` (raw_bytes long) and compares it with its id: always, or the
  // first time in the life of this object, as suits readers of what many ask for.
  enum class Verify { Always, Once };
  Status ReadChunk(std::uint32_t index, std::span<std::uint8_t> raw, ChunkDecoder& decoder,
                   Verify verify);
  // Reads one chunk's payload as stored; `out` has stored_bytes.
  Status ReadStored(const PackEntry& entry, std::span<std::uint8_t> out);
  // Reads bytes of the file's payload part; Corrupt when the file ends before.
  Status ReadPayload(std::uint64_t offset, std::span<std::uint8_t> out);
  // The whole pack file for zero-copy sends, or nullptr while the pack is open.
  Result<std::shared_ptr<Mapping>> Map();
  void DropResident();

  // Find does not give these until a reading finds them whole; with kNone, it gives nothing until
  // the pack is readable. In memory only.
  void MarkDamaged(const std::vector<std::uint32_t>& indices);
  void MarkReadable();
  // Forgets chunks (in memory only): Find no longer gives them and reads fail with NotFound.
  void Drop(const std::vector<std::uint32_t>& indices);
  // Writes the sealed pack anew without the payloads of dropped chunks, atomic by rename. This
  // object goes on reading the old file: Load the id again for the new one.
  Status Rewrite();

 private:
  Pack(FileSystem& fs, std::string directory, PackId id)
      : fs_(fs), directory_(std::move(directory)), id_(id) {}
  Result<std::shared_ptr<File>> FileHolding(std::uint64_t end_offset);
  Status ReadDecoded(const PackEntry& at, std::span<std::uint8_t> raw, ChunkDecoder& decoder);
  bool IsVerified(std::uint32_t index) const;
  void SetVerified(std::uint32_t index, bool verified);
  Status FlushLocked(std::size_t payload_bytes) REQUIRES(mutex_);
  Status WriteFooter();
  Status SyncAndRename();
  Status EndSealing();
  Status VerifyTail(std::vector<PackEntry>& entries);
  Status WriteAnew() REQUIRES(mutex_);

  FileSystem& fs_;
  const std::string directory_;
  const PackId id_;
  mutable Mutex mutex_;
  bool sealed_ GUARDED_BY(mutex_) = false;
  std::shared_ptr<File> data_ GUARDED_BY(mutex_);
  std::shared_ptr<File> table_ GUARDED_BY(mutex_);
  std::shared_ptr<Mapping> mapping_ GUARDED_BY(mutex_);
  std::vector<PackEntry> entries_ GUARDED_BY(mutex_);
  mutable std::vector<std::uint16_t> order_ GUARDED_BY(mutex_);  // by id; rebuilt on demand
  std::vector<bool> verified_ GUARDED_BY(mutex_);       // by index; short: the rest are not
  std::set<std::uint32_t> damaged_ GUARDED_BY(mutex_);  // by index
  std::uint64_t payload_bytes_ GUARDED_BY(mutex_) = 0;
  std::uint64_t raw_bytes_ GUARDED_BY(mutex_) = 0;
  PageBytes payload_pending_ GUARDED_BY(mutex_);  // appended, not yet handed to the file
  Bytes records_pending_ GUARDED_BY(mutex_);
  std::uint64_t payload_written_ GUARDED_BY(mutex_) = 0;
  std::uint64_t records_written_ GUARDED_BY(mutex_) = 0;
  PageCache cache_ GUARDED_BY(mutex_) = PageCache::Use;
  bool was_cut_ GUARDED_BY(mutex_) = false;          // recovered with fewer chunks: takes no more
  bool must_write_anew_ GUARDED_BY(mutex_) = false;  // recovered, and the disk was full
  bool dirty_ GUARDED_BY(mutex_) = false;
  bool broken_ GUARDED_BY(mutex_) = false;
};

}  // namespace banyan::storage
