// A damaged file is whole again once its content is stored anew, for everybody who holds it.
#include "storage/content/local_content_store.h"
#include "storage/content/scrub.h"
#include "tests/support/chunks.h"
#include "tests/support/must.h"
#include "tests/support/store_fixture.h"

using namespace banyan;
using namespace banyan::storage;
using banyan::tests::Noise;

namespace {

struct Fixture : banyan::tests::StoreFixture {
  const Bytes data = Noise(1u << 20, 1);
  std::int64_t first = AddRepository("first", false);
  std::int64_t second = AddRepository("second", true);
  FileContent file = Commit(first, data);
  const Term place = file.recipe.terms.at(0);

  Fixture() { MUST(local().core().packs->SealIdle()); }

  Result<Bytes> Read() {
    auto now = MUST(database->Read());
    return store->ReadWhole(MUST(GetFile(*now, file.row)));
  }
  // In how many public files the chunk is counted.
  int PublicCount(PackId pack, std::uint32_t index) {
    auto now = MUST(database->Read());
    auto rows = now->Query("SELECT counts FROM pack_visibility WHERE pack = ?", pack);
    if (!rows.Next() || rows.Blob(0).size() < (index + 1) * 2) return 0;
    return LoadLe<std::uint16_t>(rows.Blob(0).data() + index * 2);
  }
  void ExpectHealed() {
    MUST_FAIL(Read(), Errc::Corrupt);
    const auto again = Commit(second, data);
    CHECK(again.row == file.row);
    CHECK(MUST(Read()) == data);
    CHECK(PublicCount(place.pack, place.first + 1) == 0);
    const Term moved = again.recipe.terms.back();
    CHECK(PublicCount(moved.pack, moved.first) == 1);
  }
};

}  // namespace

TEST_CASE("ALostChunkIsStoredAgain") {
  Fixture f;
  MUST(f.local().core().packs->Get(f.place.pack))->Drop({f.place.first + 1});
  f.ExpectHealed();
}

TEST_CASE("ARottenChunkIsStoredAgainOnceItWasRead") {
  Fixture f;
  {
    const auto pack = MUST(f.local().core().packs->Get(f.place.pack));
    const auto path = PathsOf(f.local().core().packs->directory(), f.place.pack).sealed;
    const auto rotten = MUST(DiskFileSystem().Open(path, OpenMode::Create));
    MUST(rotten->WriteAt(pack->entry(f.place.first + 1).offset + 5, AsBytes("rot")));
  }
  CHECK(MUST(Scrub(f.local(), {})).damaged.size() == 1);
  f.ExpectHealed();
}
