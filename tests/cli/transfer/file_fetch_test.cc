#include "cli/transfer/file_fetch.h"

#include "tests/support/fake_clock.h"
#include "tests/support/fake_remote.h"
#include "tests/support/must.h"
#include "tests/support/store_fixture.h"

using namespace banyan;
using namespace banyan::cli;
using banyan::tests::FakeRemote;
using banyan::tests::Noise;

namespace {

struct Fixture : banyan::tests::StoreFixture {
  std::atomic<bool> cancelled{false};
  FetchCounters counters;
  std::string part = root + "/part";
  FakeRemote remote{local()};

  FetchIdentity Publish(ByteView data, FakeRemote& where) {
    auto put = MUST(store->PutBytes(data));
    MUST(store->Sync());
    where.Serve(put.content);
    return {{put.content.hash, data.size(), put.content.chunk_count}, put.content.sha256};
  }
  Status Fetch(const FetchIdentity& identity, std::vector<federation::ContentSource*> remotes,
               LocalChunks& local, int rounds = 1) {
    federation::FetchNodes nodes(SystemClock(), std::move(remotes), cancelled, rounds);
    FileFetch fetch(fs, nodes, local, counters, {});
    return fetch.Run(identity, part);
  }
  Status Fetch(const FetchIdentity& identity, int rounds = 1) {
    LocalChunks local(fs);
    return Fetch(identity, {&remote}, local, rounds);
  }
  std::uint64_t Missing(const FetchIdentity& identity) {
    LocalChunks local(fs);
    federation::FetchNodes nodes(SystemClock(), {&remote}, cancelled, 1);
    FileFetch fetch(fs, nodes, local, counters, {});
    return MUST(fetch.Missing(identity, part));
  }
  Bytes Part() { return MUST(ReadFile(fs, part, 1u << 30)); }
};

}  // namespace

TEST_CASE("FetchGetsFilesOfEverySize") {
  for (const std::size_t size : {0u, 1u, 100000u, 3000000u, 90000000u}) {
    Fixture f;
    const Bytes data = Noise(size, size);
    MUST(f.Fetch(f.Publish(data, f.remote)));
    REQUIRE(f.Part() == data);
    REQUIRE(f.counters.fetched_bytes == size);
  }
}

TEST_CASE("FetchResumesWhereItStopped") {
  Fixture f;
  const Bytes data = Noise(20u << 20, 1);
  const FetchIdentity identity = f.Publish(data, f.remote);
  std::uint64_t before = 0;
  for (int i = 0; i < 4; ++i) {  // the line breaks again and again
    f.remote.data_budget = 4 << 20;
    MUST_FAIL(f.Fetch(identity), Errc::Unavailable);
  }
  before = f.counters.fetched_bytes;
  REQUIRE(before > (15u << 20));
  f.remote.data_budget = -1;
  f.counters.fetched_bytes = 0;
  MUST(f.Fetch(identity));
  REQUIRE(f.Part() == data);
  REQUIRE(f.counters.fetched_bytes + before == data.size());
}

TEST_CASE("MissingSaysWhatIsLeftToFetchAndChangesNothing") {
  Fixture f;
  const Bytes data = Noise(12u << 20, 6);
  const FetchIdentity identity = f.Publish(data, f.remote);
  REQUIRE(f.Missing(identity) == data.size());
  REQUIRE_FALSE(f.fs.Stat(f.part));
  REQUIRE_FALSE(f.fs.Stat(FileFetch::JournalPath(f.part)));
  f.remote.data_budget = 5 << 20;
  MUST_FAIL(f.Fetch(identity), Errc::Unavailable);
  f.remote.data_budget = -1;
  const std::uint64_t fetched = f.counters.fetched_bytes;
  const Bytes journal = MUST(ReadFile(f.fs, FileFetch::JournalPath(f.part), 1u << 30));
  REQUIRE(f.Missing(identity) == data.size() - fetched);
  REQUIRE(MUST(ReadFile(f.fs, FileFetch::JournalPath(f.part), 1u << 30)) == journal);
  MUST(f.Fetch(identity));
  REQUIRE(f.counters.fetched_bytes == data.size());
  REQUIRE(f.Missing(identity) == 0);
  MUST(f.fs.Remove(f.part));  // the journal alone proves nothing
  REQUIRE(f.Missing(identity) == data.size());
  REQUIRE(f.Missing({{}, f.Publish({}, f.remote).sha256}) == 0);
}

TEST_CASE("FetchDoesNotBelieveAJournalAfterLostWrites") {
  Fixture f;
  const Bytes data = Noise(8u << 20, 2);
  const FetchIdentity identity = f.Publish(data, f.remote);
  f.remote.data_budget = 6 << 20;
  MUST_FAIL(f.Fetch(identity), Errc::Unavailable);
  auto file = MUST(f.fs.Open(f.part, OpenMode::ReadWrite));
  MUST(file->WriteAt(1000000, Bytes(2000000)));  // what a power cut may leave
  f.remote.data_budget = -1;
  MUST(f.Fetch(identity));
  REQUIRE(f.Part() == data);
}

TEST_CASE("FetchTakesWhatIsAlreadyHere") {
  Fixture f;
  const Bytes old = Noise(60u << 20, 3);
  Bytes changed = old;
  for (std::size_t i = 30000000; i < 30300000; ++i) changed[i] ^= 0x5a;
  MUST(WriteFileDurably(f.fs, f.root + "/old", old));
  const FetchIdentity identity = f.Publish(changed, f.remote);
  LocalChunks local(f.fs);
  local.AddFile(f.root + "/old");
  local.AddFile(f.root + "/missing");
  MUST(f.Fetch(identity, {&f.remote}, local));
  REQUIRE(f.Part() == changed);
  REQUIRE(f.counters.fetched_bytes < 700000);
  REQUIRE(f.counters.wire_bytes < 800000);
}

TEST_CASE("FetchGoesToAnotherNodeWhenOneFailsOrLies") {
  Fixture f;
  const Bytes data = Noise(3u << 20, 4);
  FakeRemote liar(f.local());
  const FetchIdentity identity = f.Publish(data, f.remote);
  f.Publish(data, liar);
  LocalChunks local(f.fs);
  liar.lies_about_lists = true;
  MUST(f.Fetch(identity, {&liar, &f.remote}, local));
  MUST(f.fs.Remove(f.part));
  MUST(f.fs.Remove(FileFetch::JournalPath(f.part)));
  liar.lies_about_lists = false;
  liar.flips_bits = true;
  MUST(f.Fetch(identity, {&liar, &f.remote}, local));
  REQUIRE(f.Part() == data);
  MUST(f.fs.Remove(f.part));
  MUST(f.fs.Remove(FileFetch::JournalPath(f.part)));
  MUST_FAIL(f.Fetch(identity, {&liar}, local), Errc::Corrupt);
  f.remote.is_down = true;
  MUST_FAIL(f.Fetch(identity, {&f.remote}, local), Errc::Unavailable);
}

TEST_CASE("FetchCatchesAPublisherWhoseHashesDisagree") {
  Fixture f;
  FetchIdentity identity = f.Publish(Noise(1u << 20, 5), f.remote);
  identity.sha256 = HashSha256(AsBytes("another"));
  MUST_FAIL(f.Fetch(identity), Errc::Corrupt);
}
