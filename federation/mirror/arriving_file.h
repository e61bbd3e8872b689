#pragma once
// A file that a mirror is bringing here, from when its chunk list is proven: what has come of it is
// passed on, so that many nodes that fetch one thing at once fetch most of it from one another.

#include <map>

#include "federation/mirror/chunk_list_fetch.h"
#include "storage/content/content_session.h"
#include "storage/content/sectioned_file.h"

namespace banyan::federation {

// Thread safe. Data is NotFound as long as anything is lacking, which is for Run then.
class ArrivingFile final : public storage::SectionedFile {
 public:
  // With the first Look.
  static Result<std::shared_ptr<ArrivingFile>> Begin(
      std::shared_ptr<storage::ContentSession> session, const FileHash& hash, SectionedList list);
  const FileHash& hash() const { return hash_; }
  const SectionedList& list() const { return list_; }
  std::size_t chunk_count() const { return first_.back(); }
  // What is lacking of each section. A chunk that comes several times only where it comes first.
  std::vector<storage::ChunkSet> Lacking() const EXCLUDES(mutex_);
  // Looks anew what is here: a chunk that was open to all may be lacking by now.
  Status Look() EXCLUDES(mutex_);
  // How many chunks of the file are here from this one on without a gap, at most so many.
  std::size_t HeldFrom(std::size_t chunk, std::size_t most) const EXCLUDES(mutex_);
  // These are asked for now, of a peer that has the whole, or are no more.
  void NoteComing(std::size_t section, const storage::ChunkRun& run) EXCLUDES(mutex_);
  void NoteGivenUp(std::size_t section, const storage::ChunkRun& run) EXCLUDES(mutex_);
  // This chunk is here now, wherever it comes in the file, verified and durable.
  void NoteHere(std::size_t section, std::size_t chunk) EXCLUDES(mutex_);

  const storage::Outline& outline() const override { return list_.outline; }
  Result<storage::ChunkList> Section(std::size_t index) const override;
  Result<std::unique_ptr<storage::SectionData>> Data(std::size_t index,
                                                     storage::EncodingSet accepted) const override;
  Result<std::unique_ptr<storage::SectionData>> Run(std::size_t index, const storage::ChunkRun& run,
                                                    storage::EncodingSet accepted) const override;
  storage::HeldChunks Held() const override EXCLUDES(mutex_);

 private:
  ArrivingFile(std::shared_ptr<storage::ContentSession> session, const FileHash& hash,
               SectionedList list);

  const std::shared_ptr<storage::ContentSession> session_;
  const FileHash hash_;
  const SectionedList list_;
  std::vector<std::size_t> first_;  // chunk of each section, and their number at the end
  std::multimap<std::size_t, std::size_t> repeats_;  // of chunks: where they come first, and again
  storage::ChunkSet is_repeat_;
  mutable Mutex mutex_;
  storage::HeldChunks held_ GUARDED_BY(mutex_);
};

}  // namespace banyan::federation
