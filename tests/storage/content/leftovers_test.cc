#include "storage/content/leftovers.h"

#include "storage/content/collector.h"
#include "storage/content/loose_places.h"
#include "tests/support/must.h"
#include "tests/support/store_fixture.h"

using namespace banyan;
using namespace banyan::storage;
using banyan::tests::Noise;

namespace {

struct Fixture : banyan::tests::StoreFixture {
  std::int64_t repository = AddRepository("a", true);
  SessionOwner owner{1, repository};

  std::uint64_t Loose() { return MUST(CountLooseBytes(*MUST(database->Read()), repository)); }
  // Stores it for an upload.
  void Send(const Bytes& data, bool is_kept) {
    PinnedUpload upload(local().core(), owner);
    upload.recipe() = MUST(store->PutBytes(data, repository)).content.recipe;
    if (is_kept) upload.Kept();
  }
};

}  // namespace

TEST_CASE("WhatAnUploadDoesNotKeepIsLooseUntilTheNextCollection") {
  Fixture f;
  const Bytes data = Noise(600'000, 1);
  const Bytes other = Noise(300'000, 2);
  f.Send(data, /*is_kept=*/true);
  CHECK(f.Loose() == 0);
  f.Send(data, /*is_kept=*/false);
  CHECK(f.Loose() == data.size());
  f.Send(data, /*is_kept=*/false);  // sent again, it lies there once
  f.Send(other, /*is_kept=*/false);
  CHECK(f.Loose() == data.size() + other.size());
  f.Commit(f.repository, other);
  CHECK(f.Loose() == data.size());
  const auto report = MUST(Collect(f.local(), {.rewrite_share = 0}));
  CHECK(report.freed_bytes >= data.size());
  CHECK(f.Loose() == 0);
}

TEST_CASE("WhereTheRepositoryIsGoneNothingIsLeftOver") {
  Fixture f;
  f.owner.repository += 1;
  f.Send(Noise(100'000, 1), /*is_kept=*/false);
  CHECK(f.Loose() == 0);
  f.owner = {2, f.repository};  // nor of an account that is
  f.Send(Noise(100'000, 1), /*is_kept=*/false);
  CHECK(f.Loose() == 0);
}
