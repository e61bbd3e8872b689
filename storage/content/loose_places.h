#pragma once
// What was sent to the upload sessions of a repository and no file of it has yet: loose places.
// A session holds a place until a file that has it is held by the repository; from then on the
// file alone keeps it. So what is loose is just what sessions hold (the table upload_range).
//
// All of these work inside the transaction of their caller.

#include <cstdint>
#include <span>
#include <vector>

#include "storage/base/sqlite.h"
#include "storage/content/recipe.h"

namespace banyan::storage {

// `sizes_bytes`: raw, of each chunk of the run.
Status HoldPlaces(Connection& connection, std::int64_t session, const Term& run,
                  std::span<const std::uint32_t> sizes_bytes);
// The repository's sessions that hold any place: mostly none.
Result<std::vector<std::int64_t>> FindHoldingSessions(Connection& connection,
                                                      std::int64_t repository);
// Files of the repository have these. Of many files at once it costs less than one by one.
Status LetGoOfPlaces(Connection& connection, std::span<const std::int64_t> sessions,
                     std::vector<Term> places);
// Of all repositories of the owner of this one; a place that several sessions hold counts once.
// What is held since before catalog version 10 counts nothing.
Result<std::uint64_t> CountLooseBytes(Connection& connection, std::int64_t repository);

}  // namespace banyan::storage
