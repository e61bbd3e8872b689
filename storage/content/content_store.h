#pragma once
// The content store: every file's bytes, large and small, as deduplicated chunks in packs
// (storage/FORMAT.md sections 4 and 5). Thread safe; one store per directory and process.
//
// Invariants
//  1. A chunk is readable only after its bytes were hashed to its id here.
//  2. A file row is committed only after the packs that hold its chunks are durable (Sync).
//  3. A pack, once sealed, never changes but for chunks that garbage collection drops, and those
//     are referenced by nothing: no file row, no live FileWriter, no upload range.
//  4. What was written but not recorded in the catalog is swept later; it is never visible.

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "storage/base/clock.h"
#include "storage/base/digest.h"
#include "storage/base/file_system.h"
#include "storage/base/sqlite.h"
#include "storage/content/chunk.h"
#include "storage/content/recipe.h"

namespace banyan::storage {

// What is known of one file's content. `row` is its id in the catalog's file table, 0 before
// RecordFile.
struct FileContent {
  std::int64_t row = 0;
  Sha256 sha256;
  FileHash hash;
  std::uint64_t size_bytes = 0;
  std::uint64_t chunk_count = 0;
  Recipe recipe;
  bool is_damaged = false;  // a scrub found that: it is to be stored anew
};

// Receives one file's bytes, cuts, hashes, deduplicates, encodes and appends them. Used by one
// thread. Its chunks are pinned against garbage collection until it is destroyed: keep it alive
// until the transaction that records the file has committed.
class FileWriter {
 public:
  virtual ~FileWriter() = default;
  // Takes the next bytes of the file.
  Status Write(ByteView bytes);
  // The same without a copy: room for at least one of the next bytes, valid until the next call,
  // and then how many of them the caller put there.
  virtual std::span<std::uint8_t> Room() = 0;
  virtual Status Wrote(std::size_t count) = 0;
  // The computed identity. Not durable yet: call ContentStore::Sync before RecordFile.
  virtual Result<FileContent> Finish() = 0;
  // Ends the writing, of what was not finished too, and says what of the file is stored.
  virtual const Recipe& Placed() = 0;
};

inline constexpr std::size_t kMinMappedSliceBytes = 64u << 10;

// Reads one file. Used by one thread; pins the packs it reads.
class FileReader {
 public:
  virtual ~FileReader() = default;
  virtual std::uint64_t SizeBytes() const = 0;
  // Fills `out` from `offset`; fewer bytes only at end of file. Corrupt when stored bytes do not
  // decode or, at a first reading, do not hash to their id.
  virtual Result<std::size_t> ReadAt(std::uint64_t offset, std::span<std::uint8_t> out) = 0;
  // Hands the range to `sink` in order, as large slices. With allow_mapped, slices of at least
  // kMinMappedSliceBytes may lie in the mapped pack: those must be given to the kernel only
  // (write, send), which returns an error where reading them in this process would end it with
  // SIGBUS on a failing disk. Without it, and for shorter slices, they are memory.
  using Sink = std::function<Status(ByteView slice)>;
  virtual Status Stream(std::uint64_t offset, std::uint64_t size_bytes, bool allow_mapped,
                        const Sink& sink) = 0;
};

struct NewFileOptions {
  std::uint64_t size_hint_bytes = 0;  // 0 when unknown
  // That it is written for: chunks of its own files, and public ones, are not stored again, while
  // of all others a copy is stored (chunk_placer.h). 0: none, so public ones only.
  std::int64_t repository = 0;
};

struct ContentStoreOptions {
  std::string directory;                    // packs live in <directory>/packs
  std::uint64_t reserve_bytes = 64u << 20;  // refuse writes when the disk has less than this free
};

class ContentStore {
 public:
  // Opens or creates; recovers packs that were open when the process died.
  static Result<std::unique_ptr<ContentStore>> Open(Clock& clock, FileSystem& fs,
                                                    Database& database,
                                                    const ContentStoreOptions& options);
  virtual ~ContentStore() = default;

  virtual Result<std::unique_ptr<FileWriter>> NewFile(const NewFileOptions& options) = 0;
  // Convenience for small content: writes, finishes; the writer is returned to keep the pin.
  struct SmallFile {
    FileContent content;
    std::unique_ptr<FileWriter> pin;
  };
  virtual Result<SmallFile> PutBytes(ByteView bytes, std::int64_t repository = 0);
  // Makes everything written by finished writers durable. One call may cover many files.
  virtual Status Sync() = 0;

  virtual Result<std::unique_ptr<FileReader>> OpenFile(const FileContent& file) = 0;
  // The bytes of a file that the caller knows to be small.
  Result<Bytes> ReadWhole(const FileContent& file);
  // The file's whole chunk list, from its recipe.
  virtual Result<ChunkList> ListChunks(const FileContent& file) = 0;
};

// The file table (declared here because its rows are what invariant 2 protects). RecordFile
// inserts or finds the row by SHA-256 and takes it out of quarantine; call it inside the
// transaction that makes the content visible, before HoldFile. A row that is found takes over where
// the content is now if nobody holds it, or it is damaged: so storing a file again heals it. It
// stays where it is when a scrub found damage there since.
// Finders return nullopt when there is none; those that take no repository are for reading bytes,
// which are the same in every copy, and for who may have the file.
Result<std::int64_t> RecordFile(Connection& connection, const FileContent& content,
                                std::int64_t now_ms);
// The file's content is at `to` from now on; what counts public chunks follows.
Status MoveFile(Connection& connection, const FileContent& file, const Recipe& to);
Result<std::optional<FileContent>> FindFile(Connection& connection, const Sha256& sha256);
Result<FileContent> GetFile(Connection& connection, std::int64_t row);
enum class Holding { Uploaded, Committed };
// The file where `repository` has it: it holds it, at least so, or the file is public. nullopt for
// any other, whether the node has it or not: both take the same steps.
Result<std::optional<FileContent>> FindHeldFile(Connection& connection, std::int64_t repository,
                                                const Sha256& sha256, Holding least);
Result<std::optional<FileContent>> FindHeldFile(Connection& connection, std::int64_t repository,
                                                const FileHash& hash, Holding least);
// 0 when there is none.
Result<std::int64_t> FindFileRow(Connection& connection, const FileHash& hash);
// Some open repository has it. Row 0: no file.
enum class Openness { Closed, Public };
Result<Openness> OpennessOf(Connection& connection, std::int64_t file);
// As `repository`, which may have it, has it: in its own copy, unless there is none or damage of it
// is known, else where the row says.
Result<FileContent> GetHeldFile(Connection& connection, std::int64_t repository, std::int64_t row);

// Which repository holds which file (FORMAT.md section 6.3). Committing a file to an open
// repository makes its chunks public; these keep file.public_references, pack_visibility and
// repository.stored_bytes right, and must run inside the same transaction as the change.
//
// A file has one row, whoever holds it. But where its bytes lie, and how they are encoded, may tell
// who had them before: so a repository reads them where `file.recipe` says, in its own copy if that
// is another one than the row's. When it is the first open one, its copy becomes the row's. `file`
// was stored just now, and is pinned, or found in this transaction. Where a scrub found damage in
// it since, the repository has what it had before, or else what the row says.
Status HoldFile(Connection& connection, std::int64_t repository, const FileContent& file,
                Holding holding, std::int64_t now_ms);
Status ReleaseFile(Connection& connection, std::int64_t repository, std::int64_t file);
// A repository is closed when it is private or gated: what not everybody may read is not public.
// After its columns changed so that it is now closed or now open, or before its deletion (as if
// closed).
Status RepositoryVisibilityChanged(Connection& connection, std::int64_t repository,
                                   bool now_closed);

}  // namespace banyan::storage
