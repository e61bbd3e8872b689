#pragma once
// Writes what this node holds of some repositories as a bundle: the tree of files that peers ask
// for, on a disk that somebody carries (PROTOCOL.md sections 7 and 11).

#include <atomic>
#include <optional>
#include <vector>

#include "federation/bundle/bundle_note.h"
#include "federation/bundle/bundle_sink.h"
#include "federation/format/log_hash.h"
#include "federation/format/log_name.h"
#include "federation/transfer/peer_source.h"
#include "storage/content/local_content_store.h"

namespace banyan::federation {

// What a log said up to there is known where the bundle goes, and all content of it that the
// request selects is there.
struct KnownHead {
  LogName log;
  std::uint64_t size = 0;
  std::optional<LogHash> root;  // what the entries here must lead to; nullopt: whatever they do
};

struct ExportRequest {
  NodeId maker;                       // this node
  std::vector<std::string> patterns;  // globs over "models/ns/name"; none: everything
  std::optional<BundleNote> since;    // content of these cards is left out
  std::optional<KnownHead> head;      // these entries, and selected content that they led to
};

struct ExportReport {
  std::uint64_t repositories = 0;
  std::uint64_t objects = 0;
  std::uint64_t files = 0;      // contents
  std::uint64_t bytes = 0;      // of all that was handed to the sink
  std::uint64_t new_files = 0;  // of which the sink lacked something,
  std::uint64_t new_bytes = 0;  // and of it all what it lacked, but for heads and the like
  std::uint64_t parts = 0;      // of an archive; 0: a folder
  std::uint64_t largest_part_bytes = 0;
  std::uint64_t absent_files = 0;  // contents that are not held here; not in the bundle
};

// Public repositories whose files are for everybody, each in the state of its latest card; and the
// logs of their origins and of this node, with every takedown in them. A repository that is here in
// part is in it in part, and not in its note: an export since this bundle has it again. Invalid
// when the patterns select nothing, or the head is none of the log that is here; Cancelled when
// asked to stop; other errors are the sink's, and the catalog's.
Result<ExportReport> ExportBundle(storage::Database& database, storage::LocalContentStore& store,
                                  const ExportRequest& request, BundleSink& sink,
                                  const std::atomic<bool>& cancelled);

// The note of an earlier bundle. Invalid when it is none.
Result<BundleNote> ReadBundleNote(PeerSource& bundle);

}  // namespace banyan::federation
