#pragma once
// What was sent to the upload sessions of a repository and no file of it has yet: loose places.
// A session holds a place until a file that has it is held by the repository; from then on the
// file alone keeps it. So what is loose is just what sessions hold (the table upload_range).
//
// All of these work inside the transaction of their caller.

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "storage/base/sqlite.h"
#include "storage/content/recipe.h"

namespace banyan::storage {

// `sizes_bytes`: raw, of each chunk of the run, which is in no file of the repository.
Status HoldPlaces(Connection& connection, std::int64_t session, const Term& run,
                  std::span<const std::uint32_t> sizes_bytes);

// Do the repository's sessions hold any place? Mostly they hold none.
enum class Loose { Nothing, Something };
Result<Loose> LookForPlaces(Connection& connection, std::int64_t repository);
// Files of the repository have these: none of its sessions holds them any more. Asks the catalog
// once for each pack, however many sessions there are, so that of many files at once it costs less
// than one by one.
Status LetGoOfPlaces(Connection& connection, std::int64_t repository, std::vector<Term> places);
// The session of this name holds these no more; others may.
Status LetGoOfOwnPlaces(Connection& connection, const std::string& session,
                        std::vector<Term> places);

// Of all repositories of the owner of this one; a place that several sessions hold counts once.
// What is held since before catalog version 10 counts nothing.
Result<std::uint64_t> CountLooseBytes(Connection& connection, std::int64_t repository);

}  // namespace banyan::storage
