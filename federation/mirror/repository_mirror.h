#pragma once
// Brings one followed repository of another origin to the state of its latest card, from peers of
// which nothing is believed.
//
//   card, meta ─▶ trees ─▶ commits ─▶ git trees rebuilt ─▶ files ─▶ verified ─▶ one transaction
//               (object_fetch)      (git_rebuild)      (file_mirror)         (mirror_entry)
//
// Until that transaction readers see the state before, and nothing when there was none. What was
// fetched stays when a run breaks off, and the next one goes on from there. Which files are fetched
// is for the operator to select (content_selection.h); revisions are complete but for the content
// of the others.

#include "federation/mirror/arriving_files.h"
#include "federation/mirror/mirror_room.h"
#include "federation/mirror/mirror_rows.h"
#include "federation/mirror/object_fetch.h"
#include "storage/content/local_content_store.h"

namespace banyan::federation {

struct MirrorParts {
  Clock& clock;
  Random& random;
  storage::Database& database;
  storage::LocalContentStore& store;
  const std::atomic<bool>& cancelled;
  storage::QuotaPolicy quota;
  ObjectLimits limits = {};
  int peer_rounds = 4;                // of asking all peers while one of them may answer later
  FetchLimits room = {};              // how much mirrors may hold
  MirrorRoom* shared_room = nullptr;  // what other runs are about to take of it; nullptr: nothing
  ArrivingFiles* arriving = nullptr;  // where what arrives is passed on; nullptr: nowhere
};

enum class MirrorOutcome {
  Mirrored,   // in the state of the card now, with the files that are selected
  UpToDate,   // it was
  NoContent,  // the card has none (withdrawn, removed): what is here stays as it is
};

struct MirrorReport {
  // Errors, noted with the mirror but for the first two:
  //   Cancelled    the caller asked to stop
  //   Conflict     a newer card came meanwhile: run again
  //   Corrupt      the origin contradicts itself; no peer is to blame
  //   Invalid      a name, a path or a history that cannot be here
  //   NotFound, Denied, Unavailable, Io: no peer gave what is needed, or the disk failed
  //   TooLarge, NoSpace: quotas and limits of this node
  Result<MirrorOutcome> outcome = MirrorOutcome::UpToDate;
  bool is_put_off = false;  // Unavailable only for the room that other runs are about to take
  std::uint64_t files = 0;  // contents that are selected
  std::uint64_t bytes = 0;
  std::uint64_t fetched_files = 0;  // in this run, perhaps in parts
  std::uint64_t fetched_bytes = 0;  // that came from peers for it
  std::uint64_t reused_bytes = 0;   // content that was here
  std::uint64_t object_bytes = 0;   // of trees and commits that came
  std::vector<PeerLie> lies;
};

// What a run would fetch.
struct MirrorMeasure {
  std::uint64_t files = 0;
  std::uint64_t bytes = 0;
  std::uint64_t missing_files = 0;
  std::uint64_t missing_bytes = 0;  // at most: of a changed file the known chunks are not fetched
};

// Used by one thread; several may work on several repositories. Borrows all of its parts.
class RepositoryMirror {
 public:
  explicit RepositoryMirror(const MirrorParts& parts) : parts_(parts) {}

  // `card_row` is a row of repository_card with one in mirror.
  MirrorReport Run(std::int64_t card_row, std::span<PeerSource* const> peers);

  // Fetches lists of files, and commits; nothing else is changed here. Errors as Run, not noted.
  Result<MirrorMeasure> Measure(std::int64_t card_row, std::span<PeerSource* const> peers);

 private:
  const MirrorParts parts_;
};

}  // namespace banyan::federation
