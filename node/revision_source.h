#pragma once
// A revision of the catalog as metadata readers see it, and the metadata of a repository's head in
// the catalog's row.

#include <memory>

#include "storage/content_store.h"
#include "storage/history.h"
#include "storage/history_change.h"
#include "storage/repositories.h"
#include "storage/revision_view.h"

namespace banyan::node {

// `history` and `content` must outlive the view; used by one thread.
Result<storage::RevisionView> ViewRevision(storage::History& history,
                                           storage::ContentStore& content,
                                           const storage::Revision& revision);

// For EnterOptions::entered: when the head of the default branch moved, reads what the new head
// says about itself and sets it in the same transaction, so that lists, search and policy never
// see a revision with another one's metadata.
Status RefreshHead(storage::Connection& connection, storage::ContentStore& content,
                   const storage::EnteredChange& change, std::int64_t now_ms);

}  // namespace banyan::node
