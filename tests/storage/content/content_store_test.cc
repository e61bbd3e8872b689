#include "storage/content/content_store.h"

#include <random>

#include "storage/base/clock.h"
#include "storage/catalog/schema.h"
#include "storage/content/local_content_store.h"
#include "storage/content/merkle.h"
#include "tests/support/must.h"
#include "tests/support/sample_data.h"
#include "tests/support/store_fixture.h"

using namespace banyan;
using namespace banyan::storage;
using banyan::tests::Noise;
using banyan::tests::StoreFixture;

namespace {

Bytes ReadAll(ContentStore& store, const FileContent& file, bool mapped) {
  auto reader = MUST(store.OpenFile(file));
  Bytes out;
  MUST(reader->Stream(0, file.size_bytes, mapped, [&](ByteView slice) {
    out.insert(out.end(), slice.begin(), slice.end());
    return Ok();
  }));
  return out;
}

// The files below packs/ that match an ending, with their sizes.
std::uint64_t BytesOnDisk(StoreFixture& f) {
  MUST(f.store->Sync());
  std::uint64_t total = 0;
  for (const auto& dir : MUST(f.fs.List(f.root + "/packs"))) {
    auto names = f.fs.List(f.root + "/packs/" + dir);
    if (!names) continue;
    for (const auto& name : *names) {
      total += MUST(f.fs.Stat(f.root + "/packs/" + dir + "/" + name)).size_bytes;
    }
  }
  return total;
}

}  // namespace

TEST_CASE("ContentStoreGivesBackEveryByteAndKnownIdentities") {
  StoreFixture f;
  for (const std::size_t size : {0u, 1u, 8192u, 131073u, 5000000u}) {
    const Bytes data = Noise(size, size);
    auto put = MUST(f.store->PutBytes(data));
    REQUIRE(put.content.size_bytes == size);
    REQUIRE(put.content.sha256 == HashSha256(data));
    REQUIRE(put.content.chunk_count == MUST(f.store->ListChunks(put.content)).size());
    REQUIRE(HashFile(MUST(f.store->ListChunks(put.content))) == put.content.hash);
    REQUIRE(ReadAll(*f.store, put.content, false) == data);
    MUST(f.store->Sync());
    REQUIRE(ReadAll(*f.store, put.content, true) == data);
  }
}

TEST_CASE("ContentStoreReadsAnyRange") {
  StoreFixture f;
  Bytes data = Noise(3000000, 7);
  std::fill(data.begin() + 500000, data.begin() + 1500000, std::uint8_t{42});  // encoded chunks
  auto put = MUST(f.store->PutBytes(data));
  auto reader = MUST(f.store->OpenFile(put.content));
  std::mt19937_64 random(11);
  for (int i = 0; i < 200; ++i) {
    const std::size_t at = random() % data.size();
    Bytes out(random() % 300000);
    const std::size_t got = MUST(reader->ReadAt(at, out));
    REQUIRE(got == std::min(out.size(), data.size() - at));
    REQUIRE(std::equal(out.begin(), out.begin() + static_cast<std::ptrdiff_t>(got),
                       data.begin() + static_cast<std::ptrdiff_t>(at)));
  }
  MUST_FAIL(reader->Stream(data.size(), 1, false, [](ByteView) { return Ok(); }), Errc::Invalid);
}

TEST_CASE("ContentStoreStoresEqualChunksOfARepositoryOnce") {
  StoreFixture f;
  const auto repository = f.AddRepository("a", true);
  Bytes data = Noise(4000000, 3);
  auto first = MUST(f.store->PutBytes(data, repository));
  const std::uint64_t before = BytesOnDisk(f);
  data.insert(data.begin(), 1);  // one byte in front
  auto second = MUST(f.store->PutBytes(data, repository));
  REQUIRE(ReadAll(*f.store, second.content, false) == data);
  REQUIRE(BytesOnDisk(f) - before < 300000);
}

TEST_CASE("ContentStoreSurvivesReopenWithAndWithoutItsIndexCopy") {
  StoreFixture f;
  const Bytes data = Noise(90u << 20, 5);  // more than one pack
  const auto repository = f.AddRepository("a", true);
  const FileContent content = f.Commit(repository, data);
  for (const bool keep_copy : {true, false}) {
    f.Close();
    if (!keep_copy) MUST(f.fs.Remove(f.root + "/packs/index"));
    f.Reopen();
    REQUIRE(ReadAll(*f.store, content, true) == data);
    const std::uint64_t before = BytesOnDisk(f);
    auto again = MUST(f.store->PutBytes(data, repository));
    REQUIRE(again.content.recipe == content.recipe);
    REQUIRE(BytesOnDisk(f) == before);
  }
}

TEST_CASE("DamagedChunkIsNeverSentAtItsFirstReading") {
  StoreFixture f;
  const Bytes data = SampleWeights(Number::BFloat16, 300000);
  auto put = MUST(f.store->PutBytes(data));
  MUST(f.local().core().packs->SealIdle());
  const Term term = put.content.recipe.terms.front();
  REQUIRE(MUST(f.local().core().packs->Get(term.pack))->entry(0).encoding == Encoding::Planes2);
  put.pin.reset();
  f.Close();
  const std::string path = PathsOf(f.root + "/packs", term.pack).sealed;
  auto file = MUST(f.fs.Open(path, OpenMode::ReadWrite));
  const auto flip = [&] {
    Bytes byte(1);
    MUST(file->ReadAt(100, byte));  // of a plane that is stored raw, so that it still decodes
    byte[0] ^= 1;
    MUST(file->WriteAt(100, byte));
  };
  flip();
  f.Reopen();
  const auto ignore = [](ByteView) { return Ok(); };
  for (int i = 0; i < 2; ++i) {
    auto reader = MUST(f.store->OpenFile(put.content));
    MUST_FAIL(reader->Stream(0, data.size(), true, ignore), Errc::Corrupt);
  }
  flip();
  REQUIRE(ReadAll(*f.store, put.content, true) == data);
}

TEST_CASE("LongRunsOfChunksOfEveryKindArriveInOrder") {
  StoreFixture f;
  Bytes data;
  for (std::uint64_t i = 0; i < 6; ++i) {
    const Bytes noise = Noise(300000 + 1000 * i, i);
    const Bytes weights = SampleWeights(Number::BFloat16, 200000, i + 1);
    data.insert(data.end(), noise.begin(), noise.end());
    data.insert(data.end(), weights.begin(), weights.end());
    data.insert(data.end(), 150000, std::uint8_t{7});
  }
  auto put = MUST(f.store->PutBytes(data));
  REQUIRE(ReadAll(*f.store, put.content, true) == data);  // from an open pack
  MUST(f.local().core().packs->SealIdle());
  REQUIRE(ReadAll(*f.store, put.content, true) == data);
  REQUIRE(ReadAll(*f.store, put.content, false) == data);
}

TEST_CASE("PackFooterRefusesDamage") {
  StoreFixture f;
  const Bytes data = Noise(5u << 20, 6);
  auto put = MUST(f.store->PutBytes(data));
  MUST(f.local().core().packs->SealIdle());
  const PackId id = put.content.recipe.terms.front().pack;
  const std::string path = PathsOf(f.root + "/packs", id).sealed;
  const std::uint64_t size = MUST(f.fs.Stat(path)).size_bytes;
  auto file = MUST(f.fs.Open(path, OpenMode::ReadWrite));
  Bytes tail(kPackTrailerBytes + 400);
  MUST(file->ReadAt(size - tail.size(), tail));
  for (std::size_t i = 0; i < tail.size(); i += 7) {
    Bytes bad = tail;
    bad[i] ^= 1;
    MUST(file->WriteAt(size - tail.size(), bad));
    MUST_FAIL(Pack::Load(f.fs, f.root + "/packs", id), Errc::Corrupt);
  }
  MUST(file->WriteAt(size - tail.size(), tail));
  MUST(Pack::Load(f.fs, f.root + "/packs", id));
}

TEST_CASE("PublicCountsFollowRepositories") {
  StoreFixture f;
  const Bytes data = Noise(300000, 9);
  auto put = MUST(f.store->PutBytes(data));
  MUST(f.store->Sync());
  const auto open_repo = f.AddRepository("a", false);
  const auto closed_repo = f.AddRepository("b", true);
  std::int64_t row = 0;
  const auto count = [&]() -> int {
    auto lease = MUST(f.database->Read());
    auto rows = lease->Query("SELECT counts FROM pack_visibility");
    int seen = 0;
    while (rows.Next()) seen += LoadLe<std::uint16_t>(rows.Blob(0).data());
    return seen;
  };
  const auto stored = [&](std::int64_t repository) {
    auto lease = MUST(f.database->Read());
    auto rows = lease->Query("SELECT stored_bytes FROM repository WHERE id = ?", repository);
    REQUIRE(rows.Next());
    return rows.Int(0);
  };
  MUST(f.database->Write([&](Connection& c) -> Status {
    row = put.content.row = TRY(RecordFile(c, put.content, 1));
    TRY(HoldFile(c, closed_repo, put.content, Holding::Committed, 1));
    return HoldFile(c, open_repo, put.content, Holding::Uploaded, 1);
  }));
  REQUIRE(count() == 0);
  REQUIRE(stored(open_repo) == 0);
  MUST(f.database->Write([&](Connection& c) -> Status {
    TRY(HoldFile(c, open_repo, put.content, Holding::Committed, 2));
    // A second commit changes nothing.
    return HoldFile(c, open_repo, put.content, Holding::Committed, 3);
  }));
  REQUIRE(count() == 1);
  REQUIRE(stored(open_repo) == 300000);
  MUST(f.database->Write([&](Connection& c) -> Status {
    TRY(c.Execute("UPDATE repository SET private = 0 WHERE id = ?", closed_repo));
    TRY(RepositoryVisibilityChanged(c, closed_repo, false));
    return ReleaseFile(c, open_repo, row);
  }));
  REQUIRE(count() == 1);
  REQUIRE(stored(open_repo) == 0);
  MUST(f.database->Write([&](Connection& c) { return ReleaseFile(c, closed_repo, row); }));
  REQUIRE(count() == 0);
}
