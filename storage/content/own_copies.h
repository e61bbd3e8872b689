#pragma once
// The copies of a file that are one holder's own (FORMAT.md section 5, "Copies of a file"). All of
// these work inside the transaction of their caller. Internal to storage.

#include <optional>

#include "storage/content/content_store.h"

namespace banyan::storage {

// The repository's own copy, whole or not; nullopt: it has none, and reads the row's.
Result<std::optional<Recipe>> FindOwnCopy(Connection& connection, std::int64_t repository,
                                          std::int64_t file);
// A holder's own copy of which no damage is known.
Result<std::optional<Recipe>> FindWholeCopy(Connection& connection, std::int64_t file);

// Whose own copy this is reads what the row has.
Status ForgetCopy(Connection& connection, std::int64_t file, const Recipe& copy);
// What was a holder's own copy, and is whole, is the row's from now on. Who had the row's keeps
// that as its own: if it is damaged, it is not read, and read again once a scrub finds it whole.
Status ShareCopy(Connection& connection, const FileContent& file, const Recipe& copy);
// The same for all files that nobody reads where the row says, since each holder has its own copy:
// what the row had is nobody's then.
Status ShareCopiesOfAbandonedRows(Connection& connection);

}  // namespace banyan::storage
