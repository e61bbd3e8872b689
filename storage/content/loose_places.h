#pragma once
// What was sent to the upload sessions of a repository and no file of it has yet: loose places.
// A session holds a place until a file that has it is held by the repository; from then on the
// file alone keeps it. A session that ended, used_ms 0, holds what it held until the next
// collection, and so does one that had ended when it began: what uploads left over
// (leftovers.h). So what is loose is just what sessions hold (the table upload_range), and what
// lies on the disk for a sender is loose if it is in none of his files.
//
// All of these that take a connection work inside the transaction of their caller.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "storage/base/sqlite.h"
#include "storage/content/chunk_scope.h"
#include "storage/content/pack_store.h"
#include "storage/content/recipe.h"
#include "storage/content/session_owner.h"

namespace banyan::storage {

// The places as runs in order, apart from each other; their size_bytes say nothing.
std::vector<Term> JoinNeighbours(std::vector<Term> places);

// Of chunks that lie on the disk for a sender those that are in none of these files, which are his.
Result<Recipe> FindLoose(PackStore& packs, const RepositoryPlaces& files, const Recipe& chunks);

// `sizes_bytes`: raw, of each chunk of the run. What files of the repository have counts twice.
Status HoldPlaces(Connection& connection, std::int64_t session, const Term& run,
                  std::span<const std::uint32_t> sizes_bytes);

// Do the repository's sessions hold any place? Mostly they hold none.
enum class Loose { Nothing, Something };
Result<Loose> LookForPlaces(Connection& connection, std::int64_t repository);
// Files of the repository have these: none of its sessions holds them any more. Asks the catalog
// once for each pack, however many sessions there are, so that of many files at once it costs less
// than one by one.
Status LetGoOfPlaces(Connection& connection, std::int64_t repository, std::vector<Term> places);

// Nobody resumes the session any more; what it holds goes at the next collection.
Status EndSession(Connection& connection, std::int64_t session);
// The session of the owner that had ended when it began; nullopt when the account or the
// repository is gone.
Result<std::optional<std::int64_t>> LeftoverSession(Connection& connection,
                                                    const SessionOwner& owner);
// What the session of this name holds of these is held by the one above instead.
Status LeavePlaces(Connection& connection, const std::string& session, const SessionOwner& owner,
                   const std::vector<Term>& places);

// Of all repositories of the namespace of this one, with the lists that their sessions keep
// (session_offers.h); a place that several sessions hold counts once. What is held since before
// catalog version 10 counts nothing.
Result<std::uint64_t> CountLooseBytes(Connection& connection, std::int64_t repository);

}  // namespace banyan::storage
