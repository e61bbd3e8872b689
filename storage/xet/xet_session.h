#pragma once
// What stock clients upload over Xet into one repository (storage/xet/FORMAT.md): xorbs, then
// shards that say which files they make; and what they may be told of chunks that are here. Thread
// safe.

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "storage/base/random.h"
#include "storage/content/content_session.h"
#include "storage/xet/shard_format.h"
#include "storage/xet/xorb_names.h"

namespace banyan::storage {

class XetSession {
 public:
  // Ok when the owner may read the files of that repository now.
  using RequireReadable = std::function<Status(std::int64_t repository)>;
  // The owner's session of this day.
  static Result<std::shared_ptr<XetSession>> Open(LocalContentStore& store, Random& random,
                                                  const SessionOwner& owner,
                                                  RequireReadable require_readable);
  const SessionOwner& owner() const { return content_->owner(); }

  // Reads a xorb, stores what is new of it, durably, and names it. Invalid when it is none or has
  // another hash; the errors of XorbReader.
  enum class Known { New, Already };
  Result<Known> PutXorb(const XorbHash& hash, const ReadBytes& body);
  // Has the owner a name for this xorb, and are its chunks here? NotFound otherwise.
  Status Require(const XorbHash& hash);

  // A shard that tells of this chunk and of those around it; nullopt when the owner may not know
  // of it, or it is not here.
  Result<std::optional<Bytes>> Show(const ChunkId& chunk);

  // Reads a shard. Invalid also when a xorb that it lists is not here, or is another one here.
  Result<std::vector<ShardFile>> ReadShard(const ReadBytes& body);
  // Records a file as uploaded to the repository, once every claim was found true. Invalid
  // otherwise, also for xorbs that the owner may not use; Conflict for such chunks. `progress` and
  // `require_room` as of ContentSession::Assemble.
  using Progress = ContentSession::Progress;
  using RequireRoom = ContentSession::RequireRoom;
  Result<FileContent> Take(const ShardFile& file, const Progress& progress,
                           const RequireRoom& require_room = nullptr);
  // How large it will be, in bytes and chunks, as it claims; TooLarge when that is more than can
  // be.
  struct Size {
    std::uint64_t bytes = 0;
    std::uint64_t chunks = 0;
  };
  static Result<Size> SizeOf(const ShardFile& file);

 private:
  // Of a repository that chunks were shown in, as long as one shard is read.
  struct OtherScope {
    std::int64_t repository = 0;
    std::optional<ChunkScope> scope;
  };
  XetSession(LocalContentStore& store, Random& random, std::shared_ptr<ContentSession> content,
             RequireReadable require_readable)
      : store_(store),
        random_(random),
        content_(std::move(content)),
        require_readable_(std::move(require_readable)) {}
  Result<std::optional<XorbName>> Find(const XorbHash& hash);
  struct Xorb {
    XorbName name;
    ChunkList chunks;
  };
  Result<Xorb> Resolve(const XorbHash& hash);
  // `used`: a flag for each chunk.
  Status Adopt(const Xorb& xorb, const std::vector<bool>& used, OtherScope& other);
  Result<ChunkList> ChunksOfFile(const ShardFile& file, const Progress& progress);
  Status NameShown(std::vector<XorbName> names);
  Result<std::vector<Term>> RunsToShow(const ChunkId& chunk) EXCLUDES(mutex_);
  Status LoadLargeFiles() REQUIRES(mutex_);

  LocalContentStore& store_;
  Random& random_;
  const std::shared_ptr<ContentSession> content_;
  const RequireReadable require_readable_;
  Mutex mutex_;
  // Committed files of the repository that lie in several runs; nullopt: not read yet.
  std::optional<std::vector<Recipe>> large_files_ GUARDED_BY(mutex_);
};

}  // namespace banyan::storage
