#include "federation/mirror/file_mirror.h"

#include <algorithm>

#include "federation/mirror/chunk_list_fetch.h"
#include "federation/mirror/read_ahead.h"
#include "federation/mirror/small_files.h"
#include "federation/transfer/parallel.h"
#include "storage/base/thread_priority.h"
#include "storage/content/file_sections.h"

namespace banyan::federation {
namespace {

constexpr int kMaxRounds = 3;  // a chunk that was open to all may become lacking meanwhile
constexpr std::size_t kFilesAtOnce = 4;

// What is left of a list of files that several threads work through.
class FileQueue {
 public:
  FileQueue(std::span<const storage::ManifestEntry> files, std::size_t threads)
      : files_(files), threads_(threads) {}

  // nullptr: no more, or one failed.
  const storage::ManifestEntry* Next() {
    const MutexLock lock(mutex_);
    return status_ && next_ < files_.size() ? &files_[next_++] : nullptr;
  }
  void Failed(Error error) {
    const MutexLock lock(mutex_);
    if (status_) status_ = std::move(error);
  }
  // A thread is done. True for the last one.
  bool Leave() {
    const MutexLock lock(mutex_);
    return --threads_ == 0;
  }
  // `take`, one at a time.
  void Give(const TakeFile& take, const storage::ManifestEntry& entry,
            const storage::FileContent& content) {
    const MutexLock lock(mutex_);
    ++given_;
    take(entry, content);
  }
  std::size_t given() {
    const MutexLock lock(mutex_);
    return given_;
  }
  Status status() {
    const MutexLock lock(mutex_);
    return status_;
  }

 private:
  const std::span<const storage::ManifestEntry> files_;
  Mutex mutex_;
  std::size_t threads_ GUARDED_BY(mutex_);
  std::size_t next_ GUARDED_BY(mutex_) = 0;
  std::size_t given_ GUARDED_BY(mutex_) = 0;
  Status status_ GUARDED_BY(mutex_);
};

}  // namespace

Result<storage::FileContent> FileMirror::Fetch(const storage::ManifestEntry& entry) {
  storage::FileContent fetched;
  TRY(FetchAll({&entry, 1}, [&](const auto&, const auto& content) { fetched = content; }));
  return fetched;
}

Status FileMirror::FetchAll(std::span<const storage::ManifestEntry> files, const TakeFile& take) {
  Entries small;
  Entries large;
  for (const auto& entry : files) {
    (entry.size_bytes <= kSmallFileBytes ? small : large).push_back(entry);
  }
  TRY(FetchSmall(small, take, large));
  return FetchLarge(large, take);
}

// `left` gets those that nobody gives in this way.
Status FileMirror::FetchSmall(const Entries& files, const TakeFile& take, Entries& left) {
  SmallFiles fetch(peers_, *session_);
  const Status fetched = fetch.Fetch(files, take);
  figures_.files += fetch.files();
  figures_.fetched_bytes += fetch.fetched_bytes();
  for (const auto& entry : fetch.absent()) left.push_back(entry);
  return fetched;
}

Status FileMirror::FetchLarge(const Entries& files, const TakeFile& take) {
  if (files.empty()) return Ok();
  Swarm swarm(peers_, *session_);
  const std::size_t threads = std::min(kFilesAtOnce, files.size());
  FileQueue queue(files, threads);
  const auto fetch_files = [&](std::size_t thread) {
    MirrorPeers peers = peers_.Beside(thread);
    while (const auto* const entry = queue.Next()) {
      const auto content = FetchOne(peers, swarm, *entry);
      if (content) queue.Give(take, *entry, *content);
      if (!content) queue.Failed(content.error());
    }
    if (queue.Leave()) swarm.Close();
  };
  // This thread fetches files, the first others carry out what it orders.
  const std::size_t workers = swarm.workers();
  TRY(ForEachInParallel(threads + workers, static_cast<int>(threads + workers),
                        [&](std::size_t thread) {
                          if (thread == 0 || thread > workers) {
                            fetch_files(thread == 0 ? 0 : thread - workers);
                          } else {
                            GoAfterOthers();  // reading files must keep up with what comes
                            swarm.Work();
                          }
                          return Ok();
                        }));
  figures_.files += queue.given();
  figures_.fetched_bytes += swarm.fetched_bytes();
  return queue.status();
}

Result<storage::FileContent> FileMirror::FetchOne(MirrorPeers& peers, Swarm& swarm,
                                                  const storage::ManifestEntry& entry) {
  const auto known = TRY(KnownSections::Near(*session_, entry.size_bytes));
  auto list = TRY(FetchChunkList(peers, {entry.hash, entry.size_bytes, entry.chunk_count}, known));
  const auto file = TRY(ArrivingFile::Begin(session_, entry.hash, std::move(list)));
  if (pass_on_) pass_on_(entry.hash, file);
  const auto chunks = JoinSections(file->list());
  ReadAhead ahead(*session_, *file, chunks);
  for (int round = 1;; ++round) {
    Status fetched = swarm.Fetch(file, [&] { return ahead.Advance(); });
    TRY(std::move(fetched).Context("file " + entry.hash.ToString()));
    auto content = session_->Assemble(chunks, {entry.sha256, entry.size_bytes}, ahead.inspection());
    const bool is_lacking = !content && content.error().code() == Errc::Conflict;
    if (is_lacking && round < kMaxRounds) {
      TRY(file->Look());
      continue;
    }
    auto whole = TRY(RequireAssembled(entry, std::move(content)));
    PassOnWhole(whole);
    return whole;
  }
}

// Without its chunk list, which takes more memory; as it was, if that cannot be read.
void FileMirror::PassOnWhole(const storage::FileContent& content) {
  if (!pass_on_) return;
  auto sections = storage::FileSections::Load(session_->store(), content);
  if (sections) pass_on_(content.hash, *std::move(sections));
}

}  // namespace banyan::federation
