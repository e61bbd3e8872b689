#pragma once
// The content-session core: one caller uploads into one repository, chunk by chunk. Every way in
// that speaks of chunks (push, Xet, federation) goes through it.
//
//   Begin ─▶ Lacking (which of these do you lack?) ─▶ Put (take these) ─▶ Assemble (one file)
//     │                                                                     │
//     └── Resume after a crash of either side ◀────────────────────────────-┘  then a commit
//
// What was acknowledged by Put or Assemble is durable. It belongs to the session until it ends, as
// it does when it was unused for 7 days, or to the files of the repository that have it; should
// these go, it is lacking again. Until the next collection all that was stored counts as loose
// (loose_places.h), whatever came of it. Nothing is believed: ids are hashed from decoded bytes,
// and Assemble computes the SHA-256 from the stored chunks. Thread safe: of several calls at once,
// decoding, hashing and waiting for the disk overlap.

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "storage/base/mutex.h"
#include "storage/base/random.h"
#include "storage/content/chunk_batch.h"
#include "storage/content/chunk_scope.h"
#include "storage/content/file_inspection.h"
#include "storage/content/leftovers.h"
#include "storage/content/sectioned_file.h"
#include "storage/content/session_owner.h"

namespace banyan::storage {

class ContentSession {
 public:
  // So many sessions of an owner are open at once. The one that was unused for longest ends when
  // another begins, so that whoever is killed again and again can always begin.
  static constexpr std::int64_t kMostOpen = 256;

  static Result<std::shared_ptr<ContentSession>> Begin(LocalContentStore& store, Random& random,
                                                       const SessionOwner& owner);
  // NotFound when there is no such session, or it is another's.
  static Result<std::shared_ptr<ContentSession>> Resume(LocalContentStore& store,
                                                        const std::string& name,
                                                        const SessionOwner& owner);

  // Its owner's session of that name; begun if there is none.
  static Result<std::shared_ptr<ContentSession>> OfName(LocalContentStore& store,
                                                        const std::string& name,
                                                        const SessionOwner& owner);

  // 32 alphanumerics. Whoever knows or guesses it can do nothing with it: it is its owner's only.
  const std::string& name() const { return name_; }
  const SessionOwner& owner() const { return owner_; }
  LocalContentStore& store() { return store_; }

  // One flag a chunk, true: send it. False only for chunks in scope (chunk_scope.h).
  Result<std::vector<bool>> Lacking(std::span<const ChunkRef> chunks);
  // These chunks as a batch. NotFound when one of them is lacking.
  Result<std::unique_ptr<SectionData>> Open(std::span<const ChunkRef> chunks, EncodingSet accepted)
      EXCLUDES(mutex_);
  // Stores a batch (table and payloads, chunk_batch.h) durably. Invalid when a payload does not
  // decode to its declared size; nothing of the batch is kept then. A caller who passes on what
  // somebody else sent says what it must be: Corrupt when a payload is not the chunk `expected` in
  // its place, and again nothing is kept.
  struct PutSummary {
    std::size_t chunk_count = 0;
    std::uint64_t raw_bytes = 0;
  };
  using Expected = std::optional<std::span<const ChunkRef>>;
  Result<PutSummary> Put(ByteView batch, const Expected& expected = std::nullopt);

  // For what is stored for this session other than by Put, before Keep.
  Result<ChunkScope> PlacingScope() const;
  // Keeps chunks that were stored or found for this session: they are in its scope from now on, and
  // those that no file of the repository has are not collected before it expires. They must be
  // durable, and pinned until this returns. `also` runs in the same transaction.
  using Also = std::function<Status(Connection& connection)>;
  Status Keep(const Recipe& chunks, const Also& also = nullptr) EXCLUDES(mutex_);
  // The chunks in scope that lie without a gap around this one in its pack; nullopt when it is
  // lacking.
  Result<std::optional<Term>> RunAround(const ChunkId& chunk) EXCLUDES(mutex_);

  struct FileClaim {
    Sha256 sha256;
    std::uint64_t size_bytes = 0;
  };
  // Reads on with an inspection of a file, of which these chunks in scope come next, so that
  // Assemble has less to read when the last one is here. After an error, which may be that some are
  // lacking, the inspection is of no use.
  Status InspectAhead(FileInspection& inspection, std::span<const ChunkRef> next) EXCLUDES(mutex_);
  // Makes a file of chunks in scope and records it as uploaded to the repository. Conflict when
  // some chunks are lacking (ask Lacking again and send them); Invalid when the bytes do not match
  // the claim. A list that is not the canonical cut is accepted and stored anew under that cut; its
  // own chunks are left over. So is what was stored anew of a file that is not recorded in the end.
  // `begun`: of the same chunks, as far as it came; used up then.
  Result<FileContent> Assemble(const ChunkList& chunks, const FileClaim& claim,
                               FileInspection* begun = nullptr);
  // The same, which may take as long as a file of many terabytes does: `progress` is asked now and
  // then whether to go on. Its error, which is Cancelled, ends it.
  using Progress = std::function<Status()>;
  // Asked before anything is stored anew, for which the quota may have no room; its error ends it.
  using RequireRoom = std::function<Status()>;
  struct Assembly {
    ChunkList chunks;
    FileClaim claim;
    FileInspection* begun = nullptr;
    Progress progress = nullptr;
    RequireRoom require_room = nullptr;
  };
  Result<FileContent> Assemble(const Assembly& file);
  // The same for many small files, recorded in one transaction. Each has its own result; the error
  // of the call is one of the store.
  Result<std::vector<Result<FileContent>>> AssembleAll(std::span<const Assembly> files);
  // Before a list of what is offered is kept for the session, so many bytes of the disk: they count
  // as loose until it ends. NotFound when it has ended.
  Status CountOffer(std::uint64_t size_bytes);
  // Ends the session, whose offers go now, and chunks that no file uses at the next collection.
  Status End();

 private:
  struct Scopes {
    ChunkScope known;    // of what its owner may be told
    ChunkScope placing;  // of what is stored for it
  };
  ContentSession(LocalContentStore& store, Scopes scopes, std::int64_t row, std::string name,
                 const SessionOwner& owner)
      : store_(store),
        row_(row),
        name_(std::move(name)),
        owner_(owner),
        scope_(std::move(scopes.known)),
        finder_(*store.core().packs, store.core().index),
        placer_(*store.core().packs, store.core().index, std::move(scopes.placing)) {}
  // Where the chunks in scope are; nullopt: lacking.
  Result<std::vector<std::optional<ChunkLocation>>> Locate(std::span<const ChunkRef> chunks)
      EXCLUDES(mutex_);
  Status ShapeIsLegal(const ChunkList& chunks, const FileClaim& claim) const;
  struct Batch {
    std::vector<BatchEntry> entries;
    ByteView payloads;
    Expected expected;
  };
  Result<std::vector<ChunkId>> Identify(const Batch& batch);
  Status Store(const Batch& batch, const std::vector<ChunkId>& ids, Recipe& stored)
      EXCLUDES(storing_mutex_);
  Status StoreChunk(const ChunkId& id, const BatchEntry& entry, ByteView payload, Recipe& stored)
      REQUIRES(storing_mutex_);
  Status FillRecipe(const ChunkList& chunks, Recipe& recipe) EXCLUDES(mutex_);
  // Without what files of the repository have.
  Result<Recipe> FindLoose(const Recipe& chunks) EXCLUDES(mutex_);
  struct Checked {
    FileContent content;  // not recorded yet
    Recipe sent;          // of the same bytes, where that is another cut
  };
  struct Pins;
  // The file, whole and as claimed.
  Result<Checked> Check(const Assembly& file, Pins& pins) EXCLUDES(mutex_);
  Status RecordAll(std::vector<Result<FileContent>>& files, std::vector<Term> sent)
      EXCLUDES(mutex_);
  Result<FileInspection::Outcome> Inspect(const FileContent& content, const Progress& progress,
                                          FileInspection& inspection);
  Result<FileContent> WriteAgain(const FileContent& content, const Progress& progress,
                                 FileWriter& writer);
  Result<FileContent> Recut(const FileContent& content, const Progress& progress,
                            PinnedUpload& stored);
  Status Record(Connection& connection, FileContent& content, std::int64_t now_ms);

  LocalContentStore& store_;
  const std::int64_t row_;
  const std::string name_;
  const SessionOwner owner_;
  Mutex mutex_;
  ChunkScope scope_ GUARDED_BY(mutex_);
  ChunkFinder finder_ GUARDED_BY(mutex_);  // of what is in scope
  // Writes take long: who only looks for chunks does not wait for them. Never held together.
  Mutex storing_mutex_;
  ChunkPlacer placer_ GUARDED_BY(storing_mutex_);
};

}  // namespace banyan::storage
