#pragma once
// The cards of another node's log become rows of the catalog, one for each repository: its latest
// card. Each must go on from the one before (PROTOCOL.md section 4).

#include "federation/format/card_entry.h"
#include "federation/last_cards.h"

namespace banyan::federation {

// Takes the card into repository_card, which forgets the names of an earlier one unless this has
// the same. A card that needs a newer program is counted and not understood. Invalid when it does
// not go on from the card before: then the origin's log is wrong. Inside Database::Write.
Status TakeCard(storage::Connection& connection, const EntryPlace& place, const CardEntry& entry,
                std::int64_t now_ms);

// The same without a look at the card before, for one that was taken already.
Status PutCard(storage::Connection& connection, const EntryPlace& place, const CardEntry& entry,
               std::int64_t now_ms);
// Invalid when a card with this link does not go on from the latest one of the repository.
Status RequireGoesOn(storage::Connection& connection, std::int64_t origin, const RepositoryKey& key,
                     const CardLink& link);

// Meta objects that latest cards of the origin name and that are not here, in order of the rows of
// those cards; those after row `after`.
struct MissingMeta {
  std::int64_t card = 0;
  Sha256 id;
  bool is_awaited = false;  // the repository stands: its origin has not dropped it
};
Result<std::vector<MissingMeta>> ListMissingMeta(storage::Connection& connection,
                                                 std::int64_t origin, std::int64_t after,
                                                 std::size_t limit);
// The object was checked against its id; peers may ask for it from now on. Of cards of one origin
// that name the same one only the first gets it: each is sealed for one repository, and a log of
// many small cards would else take much room here. Inside Database::Write.
Status KeepMeta(storage::Connection& connection, const Sha256& id, ByteView meta);

}  // namespace banyan::federation
