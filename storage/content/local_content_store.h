#pragma once
// The content store on a local disk; the only implementation so far. Internal to storage:
// sessions, collection and scrub reach its core.

#include "storage/content/content_core.h"
#include "storage/content/content_store.h"

namespace banyan::storage {

class LocalContentStore final : public ContentStore {
 public:
  static Result<std::unique_ptr<LocalContentStore>> Open(Clock& clock, FileSystem& fs,
                                                         Database& database,
                                                         const ContentStoreOptions& options);
  // Saves the index copy. No writer or reader may be left.
  ~LocalContentStore() override;

  // NoSpace when the disk lacks so much, or would have less than the reserve then.
  Status RequireRoom(std::uint64_t size_bytes);
  Result<std::unique_ptr<FileWriter>> NewFile(const NewFileOptions& options) override;
  Status Sync() override;
  Result<std::unique_ptr<FileReader>> OpenFile(const FileContent& file) override;
  Result<ChunkList> ListChunks(const FileContent& file) override;

  Status SaveIndex();
  ContentCore& core() { return core_; }

 private:
  LocalContentStore(Clock& clock, FileSystem& fs, Database& database)
      : core_(clock, fs, database) {}
  ContentCore core_;
};

}  // namespace banyan::storage
