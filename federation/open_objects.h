#pragma once
// What the cards of public repositories reach by hash: nodes of their trees, bodies of their
// commits and tags, their meta objects and licence texts. A hash names one of these for everybody
// and is a key to nothing else: what no public card reaches is absent.
//
// Functions work on the connection they are given; those that change something inside
// Database::Write.

#include "federation/card_rows.h"
#include "storage/history/history.h"

namespace banyan::federation {

inline constexpr std::size_t kMaxObjectBytes = storage::kMaxNodeBytes;

// SQL behind a SELECT: the rows of open_object of the object `?` whose card's repository is public
// now. Not what one reached that is private or gone by now, written in a card or not.
inline constexpr std::string_view kReachedPublicly =
    " FROM open_object "
    "JOIN repository_card ON repository_card.id = open_object.card "
    "LEFT JOIN repository ON repository.id = repository_card.repository "
    "WHERE open_object.id = ? "
    "AND (repository_card.repository IS NULL OR repository.private = 0) ";

// Adds what the card of row `card` reaches and an earlier one did not. What only earlier cards
// reached stays readable until history is collected. NotFound when something of it is missing.
Status OpenObjects(storage::History& history, std::int64_t card, const Card& state);
// Nothing is reached through this repository any more.
Status CloseObjects(storage::Connection& connection, std::int64_t card);

// NotFound unless the card of a repository that is public now reaches it; TooLarge over
// kMaxObjectBytes.
Result<Bytes> ReadOpenObject(storage::Connection& connection, storage::ContentStore& store,
                             const Sha256& id);

}  // namespace banyan::federation
