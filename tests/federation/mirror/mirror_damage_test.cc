// What a disk damages of a mirror is fetched again.
#include "federation/mirror_state.h"
#include "storage/content/pack_store.h"
#include "storage/content/scrub.h"
#include "tests/federation/mirror/mirror_pair.h"

using namespace banyan;
using namespace banyan::federation;
using namespace banyan::federation::testing;
using banyan::tests::Noise;

namespace {

struct Damaged : MirrorPair {
  storage::FileContent File(ByteView content) {
    auto lease = MUST(follower.database->Read());
    return MUST(storage::FindFile(*lease, HashSha256(content))).value();
  }
  // Rots the first chunk of it on the follower's disk, and has a scrub find that.
  void Rot(ByteView content) {
    auto& packs = *follower.local().core().packs;
    MUST(packs.SealIdle());
    const storage::Term place = File(content).recipe.terms.at(0);
    const auto offset = MUST(packs.Get(place.pack))->entry(place.first).offset;
    const auto path = storage::PathsOf(packs.directory(), place.pack).sealed;
    const auto file = MUST(follower.fs.Open(path, OpenMode::ReadWrite));
    Bytes byte(1);
    MUST(file->ReadAt(offset, byte));
    byte[0] ^= 1;
    MUST(file->WriteAt(offset, byte));
    REQUIRE(MUST(storage::Scrub(follower.local(), {})).damaged_files.size() == 1);
    one.data_sent = 0;
  }
  std::int64_t Waiting() { return follower.Count("SELECT count(*) FROM mirror WHERE waits = 1"); }
  std::int64_t Marked() { return follower.Count("SELECT count(*) FROM file WHERE damaged = 1"); }
};

}  // namespace

TEST_CASE("AMirrorFetchesAgainWhatItsDiskDamaged") {
  Damaged p;
  const Bytes weights = Noise(3'000'000, 1);
  p.publisher.CommitFile("weights.bin", weights);
  p.publisher.CommitText("small.txt", "a small file");
  p.Mirror();
  CHECK(p.Waiting() == 0);
  p.Rot(weights);
  CHECK(p.Waiting() == 1);
  CHECK(p.follower.Count("SELECT count(*) FROM mirror m JOIN repository_card c ON c.id = m.card "
                         "WHERE " +
                         std::string(kIsUnfinished)) == 1);
  const auto report = p.Mirror();
  CHECK(report.fetched_files == 1);
  CHECK(p.one.data_sent < 400'000);
  CHECK(p.Waiting() == 0);
  CHECK(p.Marked() == 0);
  MUST(storage::VerifyFile(*p.follower.store, p.File(weights)));
  p.Rot(AsBytes("a small file"));
  p.Mirror();
  CHECK(p.Marked() == 0);
  CHECK(MUST(p.Run({&p.one}).outcome) == MirrorOutcome::UpToDate);
}

TEST_CASE("AMirrorWaitsForPeersThatHaveWhatItsDiskDamaged") {
  Damaged p;
  const Bytes weights = Noise(1'000'000, 1);
  p.publisher.CommitFile("weights.bin", weights);
  p.Mirror();
  p.Rot(weights);
  p.one.is_down = true;
  CHECK_FALSE(p.Run({&p.one}).outcome.has_value());
  CHECK(p.Waiting() == 1);
  p.one.is_down = false;
  p.Mirror();
  CHECK(p.Marked() == 0);
}

TEST_CASE("OlderFilesAreMendedAsFarAsPeersHaveThem") {
  Damaged p;
  const Bytes old = Noise(1'000'000, 1);
  const Bytes older = Noise(900'000, 2);
  p.publisher.CommitFile("weights.bin", older);
  p.Mirror();
  p.publisher.CommitFile("weights.bin", old);
  p.Mirror();
  p.publisher.CommitFile("weights.bin", Noise(1'000'000, 3));
  p.Mirror();
  p.Rot(old);
  const auto report = p.Mirror();
  CHECK(report.fetched_files == 1);
  CHECK(p.Marked() == 0);
  MUST(storage::VerifyFile(*p.follower.store, p.File(old)));
  p.Rot(older);
  p.one.has_nothing = true;  // what the card states is here
  CHECK(MUST(p.Run({&p.one}).outcome) == MirrorOutcome::Mirrored);
  CHECK(p.Waiting() == 0);
  CHECK(p.Marked() == 1);
  p.one.has_nothing = false;
  MUST(storage::Scrub(p.follower.local(), {}));  // finds it again
  CHECK(p.Waiting() == 1);
  p.Mirror();
  CHECK(p.Marked() == 0);
}

TEST_CASE("WhatIsFoundDamagedDuringARunIsLeftToAnother") {
  Damaged p;
  p.publisher.CommitText("a", "1");
  p.Mirror();
  const auto card = p.Follow();
  p.publisher.CommitFile("b.bin", Noise(100'000, 1));
  bool is_found = false;
  p.one.before_data = [&] {
    if (std::exchange(is_found, true)) return;
    MUST(p.follower.database->Write([&](storage::Connection& c) {
      return c.Execute("UPDATE mirror SET taken = 'damaged' WHERE card = ?", card);
    }));
  };
  p.Mirror();
  CHECK(is_found);
  CHECK(p.Waiting() == 1);
  p.Mirror();
  CHECK(p.Waiting() == 0);
}
