#pragma once
// The scrub that a node does by itself: it reads everything that is stored, again and again, a
// little at a time, and after a restart goes on where it was, at the beginning of a pack
// (scrub_pass.h). Damage is recorded at the end of the pack that has it, as Scrub does.
//
//             Step, and it is time           the last pack is read
//   (rests) ───────────────────────▶ (reads) ─────────────────────▶ (rests)
//                                     │   ▲
//                                     └───┘ Step: what is due of bytes
//
// It never sleeps and holds no lock between two steps: whoever calls it sets the beat.

#include <atomic>
#include <optional>

#include "storage/content/local_content_store.h"
#include "storage/content/scrub.h"
#include "storage/content/scrub_pass.h"

namespace banyan::storage {

// One thread at a time.
class SteadyScrub {
 public:
  struct Options {
    std::uint64_t bytes_per_second = 0;  // stored bytes; more than 0
    std::int64_t every_ms = 0;           // from the beginning of one reading to the next, at least
  };
  SteadyScrub(LocalContentStore& store, const Options& options);

  // Reads what is due of bytes since the last call, at most for kMostMs, to the end of a chunk;
  // ends early between two chunks once `cancelled`. Gives the stored bytes that it read. After an
  // error it reads nothing for kRestMs, and then the same pack from its beginning.
  static constexpr std::int64_t kMostMs = 2000;
  static constexpr std::int64_t kRestMs = 60'000;
  Result<std::uint64_t> Step(const std::atomic<bool>& cancelled);

 private:
  void CountTime();
  bool IsTime() const;
  Result<std::uint64_t> ReadOn(const std::atomic<bool>& cancelled);
  Status Begin();
  Status EndPack();
  Status End();
  Status Enter(Connection& connection, const ScrubPass& next);
  void Take(const ScrubPass& next);

  ContentCore& core_;
  const Options options_;
  std::int64_t counted_ms_;          // monotonic: what was due until then is in due_bytes_
  std::int64_t due_bytes_ = 0;       // less than 0: the last chunk was larger than what was due
  std::int64_t rests_until_ms_ = 0;  // monotonic
  std::optional<ScrubPass> pass_;    // as in the catalog; nullopt: not read yet
  PackId pack_ = 0;                  // that is being read; 0: none
  std::uint32_t chunk_ = 0;          // the next of it
  ScrubReport report_;               // of it so far
};

}  // namespace banyan::storage
