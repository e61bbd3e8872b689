#pragma once
// A revision of the catalog as metadata readers see it.

#include "storage/content/content_store.h"
#include "storage/history/history.h"
#include "storage/history/revision_view.h"

namespace banyan::node {

// `history`, of that repository, and `content` must outlive the view; used by one thread.
Result<storage::RevisionView> ViewRevision(storage::History& history, std::int64_t repository,
                                           storage::ContentStore& content,
                                           const storage::Revision& revision);

}  // namespace banyan::node
