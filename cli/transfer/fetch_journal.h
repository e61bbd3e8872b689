#pragma once
// The journal of one file being fetched, beside its partial content: what the file is, the proven
// parts of its chunk list, and which chunks are in place. It lets a fetch go on after a kill, a
// reboot, from another node or under another name.
//
// The file is a head (what is fetched) and records: type u8, length u32, payload, and the first 8
// bytes of the SHA-256 of type, length and payload. Reading stops at the first record that is cut
// or damaged; writing goes on from there. Records: an outline; a section's chunk list; a run of
// chunks in place; a mark that everything so far is durable. Runs after the last mark are believed
// only after their bytes were hashed again.

#include <memory>
#include <string>
#include <vector>

#include "storage/base/file_system.h"
#include "storage/content/outline.h"

namespace banyan::cli {

struct FetchIdentity {
  storage::FileShape shape;
  Sha256 sha256;
  auto operator<=>(const FetchIdentity&) const = default;
};

struct ChunkRun {
  std::uint64_t first = 0;
  std::uint64_t count = 0;
};

// Removes from `directory` the journals whose partial content is gone: a kill may come between the
// moment a finished file gets its name and the removal of its journal. Not while another fetch
// works there.
Status RemoveOrphanJournals(FileSystem& fs, const std::string& directory);

// Used by one thread at a time.
class FetchJournal {
 public:
  // Opens or creates. A journal of another file is started anew.
  static Result<std::unique_ptr<FetchJournal>> Open(FileSystem& fs, const std::string& path,
                                                    const FetchIdentity& identity);
  // What is there, without changing it: an absent journal, or one of another file, is empty. What
  // is added goes nowhere.
  static Result<std::unique_ptr<FetchJournal>> Peek(FileSystem& fs, const std::string& path,
                                                    const FetchIdentity& identity);
  static std::string PathFor(const std::string& part_path);

  // What was read at Open; lists are unproven bytes to be checked again.
  const Bytes& outline() const { return outline_; }
  const std::vector<std::pair<std::uint32_t, Bytes>>& sections() const { return sections_; }
  const std::vector<ChunkRun>& durable_runs() const { return durable_runs_; }
  const std::vector<ChunkRun>& unsure_runs() const { return unsure_runs_; }

  Status AddOutline(ByteView outline);
  Status AddSection(std::uint32_t index, ByteView chunk_list);
  Status AddRun(const ChunkRun& run);
  // The caller made the content durable first.
  Status MarkDurable();

 private:
  FetchJournal(std::unique_ptr<File> file) : file_(std::move(file)) {}  // NOLINT
  Status Start(const Bytes& head);
  // Takes the records; the bytes that they are.
  std::uint64_t Read(ByteView content);
  void Take(std::uint8_t type, ByteView payload);
  Status Append(std::uint8_t type, ByteView payload);

  std::unique_ptr<File> file_;  // nullptr: only looked at
  std::uint64_t end_ = 0;
  Bytes outline_;
  std::vector<std::pair<std::uint32_t, Bytes>> sections_;
  std::vector<ChunkRun> durable_runs_;
  std::vector<ChunkRun> unsure_runs_;
};

}  // namespace banyan::cli
