#include "storage/history/upload_store.h"

#include "storage/content/collector.h"
#include "storage/history/uploads.h"
#include "tests/storage/loose_fixture.h"

using namespace banyan;
using namespace banyan::storage;
using namespace banyan::tests;

namespace {

struct Fixture : LooseFixture {
  static constexpr std::uint64_t kQuota = 1'000'000;

  UploadStore Begin() { return {local(), {1, repository}, {kQuota}}; }
  void Hold(FileContent content) {
    MUST(store->Sync());
    MUST(database->Write([&](Connection& c) -> Status {
      content.row = TRY(RecordFile(c, content, 1));
      return HoldFile(c, repository, content, Holding::Committed, 1);
    }));
  }
};

}  // namespace

TEST_CASE("WhatTheQuotaHasNoRoomForIsNotStored") {
  Fixture f;
  {
    UploadStore upload = f.Begin();
    const auto first = MUST(upload.PutBytes(Noise(600'000, 1), f.repository));
    MUST(upload.PutBytes(Noise(600'000, 1), f.repository));  // as another file of the same bytes
    MUST_FAIL(upload.PutBytes(Noise(600'000, 2), f.repository), Errc::TooLarge);
    CHECK(f.StoredBytes() == 600'000);
    f.Hold(first.content);
  }
  CHECK(f.Loose() == 0);
  UploadStore upload = f.Begin();
  MUST(upload.PutBytes(Noise(600'000, 1), f.repository));  // what is here already takes no room
  MUST(upload.PutBytes(Noise(300'000, 3), f.repository));
  MUST_FAIL(upload.PutBytes(Noise(200'000, 4), f.repository), Errc::TooLarge);
}

TEST_CASE("WhatTheRepositoryDoesNotHoldInTheEndIsLeftOver") {
  Fixture f;
  const auto last = Noise(200'000, 2);
  {
    UploadStore upload = f.Begin();
    MUST(upload.PutBytes(Noise(300'000, 1), f.repository));  // which a later line replaces
    f.Hold(MUST(upload.PutBytes(last, f.repository)).content);
  }
  CHECK(f.Loose() == 300'000);
  {
    UploadStore upload = f.Begin();
    MUST(upload.PutBytes(Noise(300'000, 1), f.repository));  // the same again
  }
  CHECK(f.Loose() == 300'000);
  MUST(Collect(f.local(), {.rewrite_share = 0}));
  CHECK(f.Loose() == 0);
  CHECK(f.StoredBytes() == last.size());
}

TEST_CASE("AFileThatBrokeOffIsLeftOver") {
  Fixture f;
  const Bytes data = Noise(16u << 20, 1);  // more than waits for its worker
  {
    UploadStore upload = f.Begin();
    auto writer = MUST(upload.NewFile({data.size() + 1, f.repository}));
    MUST(writer->Write(data));
    const auto recipe = writer->Placed();
    std::uint64_t placed = 0;
    for (const Term& term : recipe.terms) placed += term.size_bytes;
    CHECK(placed == f.StoredBytes());
  }
  CHECK(f.StoredBytes() > 0);
  CHECK(f.Loose() == f.StoredBytes());
}

TEST_CASE("WhatIsLooseIsNotAddedToWhoTriesAgainButBoundsIt") {
  Fixture f;
  const Bytes data = Noise(600'000, 1);
  // As a commit that fails in the end.
  const auto fail = [&](const Bytes& bytes) -> Status {
    UploadStore upload = f.Begin();
    TRY(upload.PutBytes(bytes, f.repository));
    return Ok();
  };
  for (int i = 0; i < 3; ++i) MUST(fail(data));
  MUST(fail(Noise(900'000, 2)));
  CHECK(f.Loose() == 1'500'000);
  for (int i = 0; i < 3; ++i) MUST_FAIL(fail(Noise(1000, 3)), Errc::TooLarge);
  CHECK(f.StoredBytes() == 1'500'000);
  MUST(Collect(f.local(), {.rewrite_share = 0}));
  MUST(fail(data));
}

TEST_CASE("WhatAFileOfTheRepositoryHasIsNotLeftOver") {
  Fixture f;
  const Bytes base = Noise(600'000, 1);
  f.Commit(f.repository, base);
  for (std::uint64_t seed = 2; seed < 5; ++seed) {
    UploadStore upload = f.Begin();
    Bytes data(base.begin(), base.begin() + 300'000);
    const Bytes more = Noise(20'000, seed);
    data.insert(data.end(), more.begin(), more.end());
    MUST(upload.PutBytes(data, f.repository));  // and no commit comes
  }
  CHECK(f.Loose() == f.StoredBytes() - base.size());
  CHECK(f.Loose() < 3 * (20'000 + kMaxChunkBytes));
}
