#pragma once
// Fetches one file, chunk by chunk and verified, into a partial file.
//
//   outline ─▶ for each section, several at once:
//                its chunk list: from the journal, from a local file, or from a node
//                chunks in place ─ resumed;  chunks in local files ─ copied;  the rest ─ fetched
//            ─▶ SHA-256 of the whole ─▶ durable, to be renamed by the caller
//
// A list is proven against the file hash before any of its chunks is asked for, a chunk is hashed
// before it is written, so a node can waste time but not do harm.

#include <atomic>
#include <memory>
#include <string>

#include "cli/transfer/fetch_journal.h"
#include "cli/transfer/local_chunks.h"
#include "federation/transfer/fetch_nodes.h"
#include "storage/base/mutex.h"
#include "storage/content/chunk_batch.h"

namespace banyan::cli {

// What happened to the bytes of a pull so far; read by the progress line.
struct FetchCounters {
  std::atomic<std::uint64_t> fetched_bytes{0};  // content that came over the network
  std::atomic<std::uint64_t> wire_bytes{0};     // what that took, lists included
  std::atomic<std::uint64_t> reused_bytes{0};   // found on this machine
  std::atomic<std::uint64_t> resumed_bytes{0};  // in place from an earlier run
};

struct FetchSettings {
  int sections_at_once = 4;
  std::uint64_t durable_every_bytes = 32u << 20;
};

class FileFetch {
 public:
  // Borrows all of them.
  FileFetch(FileSystem& fs, federation::FetchNodes& nodes, LocalChunks& local,
            FetchCounters& counters, const FetchSettings& settings)
      : fs_(fs), nodes_(nodes), local_(local), counters_(counters), settings_(settings) {}

  // Fills `part_path`, keeping the journal beside it at `part_path`.journal. When it returns Ok the
  // content is complete, verified and durable. After an error both stay for the next attempt.
  // Corrupt: every chunk is as the lists say, yet the SHA-256 is another: the publisher lied.
  Status Run(const FetchIdentity& identity, const std::string& part_path);
  // How many bytes of content Run would fetch. Changes nothing on the disk; asks nodes for lists.
  Result<std::uint64_t> Missing(const FetchIdentity& identity, const std::string& part_path);
  static std::string JournalPath(const std::string& part_path) {
    return FetchJournal::PathFor(part_path);
  }

 private:
  struct Section {
    std::uint64_t first_chunk = 0;
    std::uint64_t offset = 0;  // in the file
    storage::ChunkList chunks;
    std::vector<std::uint64_t> offsets;  // of each chunk in the file
  };
  void TakeJournal(std::unique_ptr<FetchJournal> journal);
  Status LoadOutline();
  Status FetchSections();
  Status FetchSection(std::size_t index);
  Status LoadList(std::size_t index, Section& section);
  bool AdoptList(std::size_t index, const storage::ChunkList& chunks, Section& section);
  Status MarkResumed(Section& section, std::vector<bool>& in_place);
  Status CopyLocal(Section& section, std::vector<bool>& in_place);
  Status FetchMissing(std::size_t index, Section& section, std::vector<bool>& in_place);
  Status FetchRuns(federation::ContentSource& node, std::size_t index, Section& section,
                   std::vector<bool>& in_place);
  Status Place(const Section& section, std::size_t chunk, ByteView raw);
  Status CheckWhole();

  FileSystem& fs_;
  federation::FetchNodes& nodes_;
  LocalChunks& local_;
  FetchCounters& counters_;
  const FetchSettings settings_;
  bool is_dry_ = false;
  std::atomic<std::uint64_t> missing_bytes_{0};

  FetchIdentity identity_;
  std::unique_ptr<File> part_;
  storage::Outline outline_;
  std::vector<std::uint64_t> section_chunks_;   // first chunk of each section
  std::vector<std::uint64_t> section_offsets_;  // first byte of each section
  Mutex mutex_;
  std::unique_ptr<FetchJournal> journal_ GUARDED_BY(mutex_);
  std::vector<bool> trusted_ GUARDED_BY(mutex_);  // chunks in place for sure
  std::vector<bool> unsure_ GUARDED_BY(mutex_);   // in place unless power was lost
  std::uint64_t undurable_bytes_ GUARDED_BY(mutex_) = 0;
};

}  // namespace banyan::cli
