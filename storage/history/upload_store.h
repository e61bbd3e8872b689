#pragma once
// The content store as one commit, push or LFS upload into a repository sees it. Refuses what the
// quota has no room for before it is stored. What was stored and is in no file that the repository
// holds when this ends is left over (storage/content/leftovers.h): the upload was refused, or broke
// off, or a later line of it put something else in the place.

#include <memory>
#include <optional>
#include <set>
#include <vector>

#include "storage/catalog/quota.h"
#include "storage/content/leftovers.h"
#include "storage/content/local_content_store.h"

namespace banyan::storage {

// Used by one thread. What it gave must be gone before it is.
class UploadStore final : public ContentStore {
 public:
  UploadStore(LocalContentStore& store, const SessionOwner& owner, const QuotaPolicy& quota)
      : store_(store), owner_(owner), quota_(quota) {}
  ~UploadStore() override;
  UploadStore(const UploadStore&) = delete;
  UploadStore& operator=(const UploadStore&) = delete;

  // The caller has asked for room.
  Result<std::unique_ptr<FileWriter>> NewFile(const NewFileOptions& options) override;
  // TooLarge when there is no room for this and what was put before, of which nothing counts that
  // the repository holds already.
  Result<SmallFile> PutBytes(ByteView bytes, std::int64_t repository = 0) override;
  Status Sync() override { return store_.Sync(); }
  Result<std::unique_ptr<FileReader>> OpenFile(const FileContent& file) override {
    return store_.OpenFile(file);
  }
  Result<ChunkList> ListChunks(const FileContent& file) override { return store_.ListChunks(file); }

 private:
  class Writer;
  struct Written {
    std::unique_ptr<FileWriter> writer;  // pins what it placed
    std::optional<FileContent> content;  // nullopt: not finished
  };
  Status RequireRoom(ByteView bytes);
  Status HoldLeft();

  LocalContentStore& store_;
  const SessionOwner owner_;
  const QuotaPolicy quota_;
  std::vector<Written> written_;
  struct Room {
    std::optional<std::uint64_t> bytes;  // nullopt: no limit
  };
  std::optional<Room> room_;  // as it was when this was first asked
  std::uint64_t put_bytes_ = 0;
  std::set<Sha256> put_;
};

}  // namespace banyan::storage
