#include "storage/content/chunk_placer.h"

#include "storage/content/collector.h"
#include "tests/support/chunks.h"
#include "tests/support/must.h"
#include "tests/support/store_fixture.h"

using namespace banyan;
using namespace banyan::storage;
using banyan::tests::Noise;

namespace {

struct Fixture : banyan::tests::StoreFixture {
  std::int64_t repository = AddRepository("a", false);

  // Nothing names the file any more, and its grace is over.
  void Forget(const FileContent& file) {
    MUST(database->Write([&](Connection& c) { return ReleaseFile(c, repository, file.row); }));
    MUST(Collect(local(), {}));
    MUST(database->Write([&](Connection& c) {
      return c.Execute("UPDATE file SET unreferenced_ms = 1 WHERE unreferenced_ms IS NOT NULL");
    }));
    MUST(Collect(local(), {}));
  }
};

}  // namespace

TEST_CASE("TheNeighbourOfAFoundChunkIsNotFoundWhenCollectionTookIt") {
  Fixture f;
  const FileContent other = f.Commit(f.repository, Noise(3u << 20, 1));
  const FileContent file = f.Commit(f.repository, Noise(3u << 20, 2));
  auto& core = f.local().core();
  MUST(core.packs->SealIdle());
  const ChunkList chunks = MUST(f.local().ListChunks(file));

  auto files = MUST(RepositoryPlaces::Read(*f.database, f.repository));
  ChunkPlacer placer(*core.packs, core.index, ChunkScope(*f.database, std::move(files)));
  PinnedRecipe pinned(core);
  const auto first = MUST(placer.Locate(chunks[0].id));
  REQUIRE(first);
  pinned.recipe.Append(first->pack, first->index, chunks[0].size_bytes);
  f.Forget(other);  // the pack is written anew
  f.Forget(file);   // and again, without what is not pinned
  CHECK_FALSE(MUST(placer.Locate(chunks[1].id)));
  CHECK(MUST(placer.Locate(chunks[0].id)) == first);
}
