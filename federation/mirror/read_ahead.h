#pragma once
// Reads a file while it arrives, as far as it is here without a gap: so its SHA-256 is known soon
// after its last chunk, and not when all of it has been read once more.

#include "federation/mirror/arriving_file.h"

namespace banyan::federation {

// Used by one thread. Borrows all.
class ReadAhead {
 public:
  // `chunks`: all of the file's.
  ReadAhead(storage::ContentSession& session, const ArrivingFile& file,
            const storage::ChunkList& chunks)
      : session_(session), file_(file), chunks_(chunks), inspection_(chunks) {}

  // Some more, a few MiB. False when there is nothing to read now.
  bool Advance();
  // For ContentSession::Assemble; nullptr when a read failed, which Assemble will find out about.
  storage::FileInspection* inspection() { return has_failed_ ? nullptr : &inspection_; }

 private:
  storage::ContentSession& session_;
  const ArrivingFile& file_;
  const storage::ChunkList& chunks_;
  storage::FileInspection inspection_;
  std::size_t next_ = 0;
  bool has_failed_ = false;
};

}  // namespace banyan::federation
