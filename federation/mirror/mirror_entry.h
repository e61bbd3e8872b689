#pragma once
// The one transaction in which a mirrored repository takes the state of a card. Everything was
// fetched and verified before; here it is compared once more with what the card states, as the
// catalog has it now.

#include "federation/mirror/mirror_rows.h"
#include "federation/mirror/stated_history.h"
#include "storage/content/local_content_store.h"
#include "storage/history/received_history.h"

namespace banyan::federation {

struct MirrorEntry {
  const MirrorRow& row;
  const MirrorName& name;
  const StatedHistory& stated;
  storage::HistoryChange change;
};

// The refs that have to move, those that go first.
Result<std::vector<storage::ReceivedRef>> ListMoves(storage::Connection& connection,
                                                    std::int64_t repository,
                                                    const StatedHistory& stated);

// Inside Database::Write; the content store must have been synced. Conflict when a newer card came
// or a ref moved meanwhile; NotFound when something was collected meanwhile (run again); Corrupt
// when the result is not what the card states.
Status EnterMirror(storage::Connection& connection, storage::ContentStore& store, Random& random,
                   MirrorEntry& entry, const storage::EnterOptions& options);

}  // namespace banyan::federation
