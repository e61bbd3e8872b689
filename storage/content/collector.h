#pragma once
// Garbage collection of content (storage/content/FORMAT.md section 9). It can run beside any number
// of uploads, commits and downloads.
//
//   history is swept ─▶ sessions expire ─▶ files without a holder enter quarantine ─▶ after the
//   grace their rows go ─▶ chunks that no row, range or pin names are dead ─▶ packs are removed or
//   rewritten
//
// Each arrow is durable before the next begins, so a crash anywhere leaves only work for the next
// run. A chunk that a writer reuses in the meantime is seen under the collection lock and kept.

#include <functional>

#include "storage/content/local_content_store.h"

namespace banyan::storage {

struct CollectionOptions {
  std::int64_t grace_ms = std::int64_t{7} * 24 * 3600 * 1000;           // quarantine; 0: none
  std::int64_t session_expiry_ms = std::int64_t{7} * 24 * 3600 * 1000;  // unused uploads
  std::int64_t xorb_name_expiry_ms = std::int64_t{28} * 24 * 3600 * 1000;  // unused
  double rewrite_share = 0.25;  // rewrite a pack when at least this share of its bytes is dead
  bool dry_run = false;         // change nothing, report what would be freed now
};

struct CollectionReport {
  std::uint64_t sessions_expired = 0;
  std::uint64_t files_quarantined = 0;
  std::uint64_t files_deleted = 0;
  std::uint64_t packs_removed = 0;
  std::uint64_t packs_rewritten = 0;
  std::uint64_t chunks_dropped = 0;
  std::uint64_t freed_bytes = 0;      // on disk, exact
  std::uint64_t dead_kept_bytes = 0;  // dead, in packs below rewrite_share or still open
};

// What the layer above contributes: the files that its history names no more. Both may be empty.
// No other collection runs between the two.
struct HistorySteps {
  std::function<Status(Connection&)> mark;   // on a snapshot: what takes long and changes nothing
  std::function<Status(Connection&)> sweep;  // in the transaction, before all else
};

// Fails with the first error; what was done before stays done and is safe.
Result<CollectionReport> Collect(LocalContentStore& store, const CollectionOptions& options,
                                 const HistorySteps& history = {});

}  // namespace banyan::storage
