#pragma once
// Writes one git pack with its index (gitformat-pack: pack version 2, index version 2). Git reads
// a pack only once its index is there, so the index gets its name last.

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "storage/base/digest.h"
#include "storage/base/file_system.h"
#include "storage/history/git_tree.h"

namespace banyan::storage {

// How many deltas may lead from an object to one that is whole: what git's own packs have.
inline constexpr int kMaxDeltaDepth = 50;

// Used by one thread. Nothing is synced: what it writes can be written again.
class PackWriter {
 public:
  // `directory` exists, and a pack made there before has another `name` ("pack-<name>.pack").
  static Result<std::unique_ptr<PackWriter>> Create(FileSystem& fs, const std::string& directory,
                                                    const std::string& name);
  // Removes what was not finished.
  ~PackWriter();

  // Each object once.
  Status Add(const GitOid& oid, GitObjectType type, ByteView data);
  // As instructions (git_delta.h) for making it from `base`, which CanBeBase.
  Status AddDelta(const GitOid& oid, const GitOid& base, ByteView delta);

  bool Has(const GitOid& oid) const { return places_.contains(oid); }
  // It is here, and not at the end of too long a chain.
  bool CanBeBase(const GitOid& oid) const;
  std::size_t object_count() const { return entries_.size(); }
  std::uint64_t size_bytes() const { return offset_ + buffer_.size(); }

  // The pack is complete and found by git. Nothing may be added afterwards.
  Status Finish();

 private:
  struct Entry {
    GitOid oid;
    std::uint64_t offset = 0;
    std::uint32_t crc = 0;
    int depth = 0;
  };
  struct Deflater;

  PackWriter(FileSystem& fs, std::string path);
  Status Begin(const Entry& entry);
  Status Pack(Bytes head, ByteView data);
  Status Append(ByteView bytes);
  Status Flush();
  Result<Bytes> WriteTrailer();
  Status WriteIndex(ByteView pack_checksum);

  FileSystem& fs_;
  const std::string path_;  // without ".pack" and ".idx"
  std::unique_ptr<File> file_;
  std::unique_ptr<Deflater> deflater_;
  Bytes buffer_;
  std::uint64_t offset_ = 0;  // where buffer_ begins
  std::vector<Entry> entries_;
  std::unordered_map<GitOid, std::size_t> places_;  // index into entries_
  bool finished_ = false;
};

}  // namespace banyan::storage
