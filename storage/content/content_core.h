#pragma once
// What the content store's writers, readers, sessions and collector share. Internal to storage.

#include <set>
#include <vector>

#include "storage/base/clock.h"
#include "storage/base/sqlite.h"
#include "storage/content/chunk_index.h"
#include "storage/content/chunk_placer.h"
#include "storage/content/decoder_pool.h"
#include "storage/content/pack_store.h"
#include "storage/content/recipe.h"
#include "storage/content/slice_sender.h"

namespace banyan::storage {

struct ContentCore {
  Clock& clock;
  FileSystem& fs;
  Database& database;
  std::string directory;
  std::uint64_t reserve_bytes;
  std::unique_ptr<PackStore> packs;
  ChunkIndex index;
  KnownPlaces known_places;
  DecoderPool decoders;
  SenderThreads sender_threads;

  // Collection lock. Shared: from looking a chunk up until its location is in a pinned recipe.
  // Exclusive: the collector's last look, when it takes dead chunks out of the index.
  SharedMutex collection_mutex;
  Mutex upkeep_mutex;  // one collection or backup at a time; taken before all others
  Mutex pins_mutex;
  std::set<const Recipe*> pins GUARDED_BY(pins_mutex);  // recipes not yet in the catalog
  // While a collection runs, recipes whose pin went: the row that has them now may be one that the
  // collection marked before, with the recipe that it had then.
  bool is_collecting GUARDED_BY(pins_mutex) = false;
  std::vector<Recipe> late_pins GUARDED_BY(pins_mutex);

  ContentCore(Clock& c, FileSystem& f, Database& d) : clock(c), fs(f), database(d) {}
};

// A recipe under construction that the collector sees for as long as this lives. The recipe is
// changed only under the shared collection lock.
class PinnedRecipe {
 public:
  explicit PinnedRecipe(ContentCore& core) : core_(core) {
    MutexLock lock(core_.pins_mutex);
    core_.pins.insert(&recipe);
  }
  ~PinnedRecipe() {
    MutexLock lock(core_.pins_mutex);
    core_.pins.erase(&recipe);
    if (core_.is_collecting) core_.late_pins.push_back(std::move(recipe));
  }
  PinnedRecipe(const PinnedRecipe&) = delete;
  PinnedRecipe& operator=(const PinnedRecipe&) = delete;
  Recipe recipe;

 private:
  ContentCore& core_;
};

}  // namespace banyan::storage
