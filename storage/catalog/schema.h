#pragma once
// The catalog's tables and their migrations (storage/catalog/FORMAT.md). The version lives in
// PRAGMA user_version; Migrate brings an older catalog up in one transaction and refuses a newer
// one, so that an old program never writes into a new catalog.

#include "storage/base/sqlite.h"

namespace banyan::storage {

inline constexpr int kSchemaVersion = 16;

// Invalid when the file was written by a newer program.
Status Migrate(Database& database);

}  // namespace banyan::storage
