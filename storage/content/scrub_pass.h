#pragma once
// What the catalog remembers of readings of everything (FORMAT.md section 9): how far the one that
// a node does by itself has come, and when all was read last, and with what outcome.

#include <optional>

#include "storage/base/sqlite.h"
#include "storage/content/recipe.h"

namespace banyan::storage {

// Everything was read.
struct WholeScrub {
  std::int64_t ended_ms = 0;
  std::uint64_t stored_bytes = 0;
  std::uint64_t damaged_chunks = 0;  // one for a pack that cannot be read at all
};

// A reading by the node itself: the one under way, or the last one.
struct ScrubPass {
  std::optional<std::int64_t> begun_ms;  // nullopt: there was none yet
  PackId after = 0;                      // packs up to this one are read
  PackId until = 0;                      // later ones came since it began: the next one reads them
  std::uint64_t stored_bytes = 0;        // read by it so far
  std::uint64_t damaged_chunks = 0;      // found by it
  std::optional<WholeScrub> last;        // the last one of everything; those by hand count, too

  bool IsUnderWay() const { return after < until; }
};
Result<ScrubPass> ReadScrubPass(Connection& connection);

// All but `last`.
Status WriteScrubPass(Connection& connection, const ScrubPass& pass);
Status RecordWholeScrub(Connection& connection, const WholeScrub& whole);

}  // namespace banyan::storage
