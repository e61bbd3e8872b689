#pragma once
// Trust in a write-ahead log that a process before this one left (storage/catalog/FORMAT.md
// section 6).

#include "storage/base/sqlite.h"

namespace banyan::storage {

// Writes the log over itself, byte for byte, and syncs it: afterwards the disk holds what this
// process reads. Does nothing when there is no log. The connection is a writer without a running
// transaction, and has changed nothing yet. After an error the database must not be used.
Status RewriteLog(Connection& connection);

}  // namespace banyan::storage
