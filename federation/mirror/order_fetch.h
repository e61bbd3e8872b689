#pragma once
// A run of chunks of one section from one peer, into an upload session.
//
//   table ─▶ run, in one exchange ─▶ batch ─▶ Put, verified and durable: at the end, or every
//   second
//
// Of a peer that has only a part of the file the run comes with a table of its own.
//
// What a peer sent before it broke off is kept, and of one that lies all chunks but the wrong ones.

#include <functional>

#include "federation/mirror/broken_chunks.h"
#include "federation/mirror/section_tables.h"
#include "storage/base/clock.h"
#include "storage/content/content_session.h"

namespace banyan::federation {

// Used by one thread. Borrows all.
class OrderFetch {
 public:
  struct Parts {
    Clock& clock;
    PeerSource& peer;
    storage::ContentSession& session;
    const ProvenSection& section;
    SectionTables& tables;
    BrokenChunks& broken;
    bool has_part;  // of the file only
    // So many came; one more chunk came whole. An error ends the exchange.
    std::function<Status(std::size_t bytes)> moved;
    std::function<Status()> came;
    std::function<void(std::size_t chunk)> kept;
  };
  OrderFetch(const Parts& parts, std::size_t first, std::size_t end)
      : parts_(parts), end_(end), next_(first), put_from_(first) {}

  // Corrupt and TooLarge: the peer lied. Other errors are the peer's too, or of `came`, unless
  // own_error has one.
  Status Run();
  // The session's: nothing can be kept.
  const std::optional<Error>& own_error() const { return own_error_; }
  std::uint64_t fetched_bytes() const { return fetched_bytes_; }  // payloads and tables

 private:
  Status AskForTable();
  BrokenChunks::Place PlaceOf(std::size_t chunk) const;
  void GoOn();
  void KeepBegun();
  Status ReadRun();
  Status TakeTable(ByteView& piece);
  Status Take(ByteView piece);
  Status Put();
  Status PutGood(const DataTable& entries, std::span<const storage::ChunkRef> expected);
  Status BlameOnce(Status lie);

  const Parts& parts_;
  const std::size_t end_;
  std::size_t next_;      // the chunk that comes
  std::size_t put_from_;  // the first that was not put
  DataTable table_;       // of the section; with has_part only of the run, once it came
  Bytes table_bytes_;     // what came of that
  // The batch that is collected: room for its table, whole payloads, and what came of the next.
  Bytes batch_;
  std::size_t room_ = 0;
  std::size_t partial_bytes_ = 0;
  std::optional<std::size_t> pieced_;  // the chunk that began in an exchange before
  bool is_pieced_wrong_ = false;
  bool is_other_wrong_ = false;
  std::int64_t put_ms_ = 0;
  std::optional<Error> own_error_;
  std::uint64_t fetched_bytes_ = 0;
};

}  // namespace banyan::federation
