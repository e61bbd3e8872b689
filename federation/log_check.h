#pragma once
// Whether the files of the own log (log_files.h) are what its rows lead to: for who examines a
// node. Nothing is changed.

#include <atomic>
#include <string>

#include "federation/log_rows.h"
#include "storage/base/file_system.h"

namespace banyan::federation {

struct LogCheck {
  std::uint64_t signed_entries = 0;  // 0: no checkpoint is there
  std::uint64_t wrong_files = 0;     // tiles and bundles that are missing, or not as the rows say
  std::string wrong_file;            // the first of them
};

// Reads all rows and files of the log once, whose node may be publishing meanwhile: then files that
// are not full are not counted, since wider ones take their place. Corrupt when the
// rows do not lead to the signed root, or are fewer; Invalid or Conflict when the log's key did not
// sign the checkpoint; Cancelled once the caller asked to stop.
Result<LogCheck> CheckLogFiles(storage::Connection& connection, FileSystem& fs,
                               const std::string& directory, LogId log,
                               const std::atomic<bool>& cancelled);

}  // namespace banyan::federation
