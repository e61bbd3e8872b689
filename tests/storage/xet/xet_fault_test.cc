// Every disk fault and every power loss while a client uploads over Xet, and a collector beside it:
// a xorb that was acknowledged can be used, and a file that was is whole.

#include <atomic>
#include <thread>

#include "storage/content/collector.h"
#include "storage/content/merkle.h"
#include "storage/content/scrub.h"
#include "storage/xet/xet_session.h"
#include "tests/support/chunks.h"
#include "tests/support/fake_random.h"
#include "tests/support/fault_loop.h"
#include "tests/support/memory_store.h"
#include "tests/support/store_fixture.h"
#include "tests/support/xet.h"

using namespace banyan;
using namespace banyan::storage;
using banyan::tests::Cut;
using banyan::tests::InPieces;
using banyan::tests::MemoryStore;
using banyan::tests::Noise;
using banyan::tests::OpenedStore;
using banyan::tests::OpenMemoryStore;
using banyan::tests::WholeXorb;

namespace {

struct Upload {
  Bytes data;
  ChunkList chunks = Cut(data);
  Bytes body = tests::XorbBody(data, chunks, XorbScheme::Lz4);
  XorbHash hash = HashXorb(chunks);
  ShardFile file = WholeXorb(data, chunks);

  explicit Upload(std::uint64_t seed) : data(Noise(60'000, seed)) {}
};

class Uploader {
 public:
  explicit Uploader(LocalContentStore& store) : store_(store) {}
  Result<std::shared_ptr<XetSession>> Open() {
    return XetSession::Open(store_, random_, {1, 1}, [](std::int64_t) { return Ok(); });
  }

 private:
  LocalContentStore& store_;
  FakeRandom random_{1};
};

Result<FileContent> Take(XetSession& session, const Upload& upload) {
  return session.Take(upload.file, [] { return Ok(); });
}

}  // namespace

TEST_CASE("AnUploadOverXetSurvivesEveryFaultAndEveryCrash") {
  const Upload upload(1);
  bool is_put = false;
  bool is_taken = false;
  OpenedStore opened;
  MemoryFileSystem prepared;
  tests::MakeMemoryStore(prepared, {});
  Workload workload;
  workload.setup = [&](MemoryFileSystem& fs) {
    is_put = false;
    is_taken = false;
    fs.StartFrom(prepared);
    opened = OpenMemoryStore(fs);
  };
  workload.operation = [&](MemoryFileSystem&) -> Status {
    const OpenedStore open = std::move(opened);
    Uploader uploader(open->local());
    const auto session = TRY(uploader.Open());
    TRY(session->PutXorb(upload.hash, InPieces(upload.body)));
    is_put = true;
    TRY(Take(*session, upload));
    is_taken = true;
    return Ok();
  };
  workload.verify = [&](MemoryFileSystem& fs) {
    const OpenedStore open = OpenMemoryStore(fs);
    tests::CheckMemoryStore(*open);
    {
      auto lease = MUST(open->database->Read());
      const auto found = MUST(FindFile(*lease, HashSha256(upload.data)));
      if (is_taken) REQUIRE(found.has_value());
    }
    Uploader uploader(open->local());
    const auto session = MUST(uploader.Open());
    if (is_put) MUST(session->Require(upload.hash));
    // The client sends again what was not acknowledged.
    if (!is_put) MUST(session->PutXorb(upload.hash, InPieces(upload.body)));
    MUST(VerifyFile(*open->store, MUST(Take(*session, upload))));
  };
  ForEveryFault(workload);
  ForEveryCrash(workload, 2);
}

TEST_CASE("ACollectorTakesNothingOfUploadsBesideIt") {
  tests::StoreFixture f;
  f.AddRepository("a", true);
  std::atomic<bool> is_over = false;
  std::thread collector([&] {
    while (!is_over) MUST(Collect(f.local(), {.grace_ms = 0}));
  });
  std::vector<FileContent> files;
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    Uploader uploader(f.local());
    const Upload upload(seed);
    const auto session = MUST(uploader.Open());
    MUST(session->PutXorb(upload.hash, InPieces(upload.body)));
    files.push_back(MUST(Take(*session, upload)));
  }
  is_over = true;
  collector.join();
  MUST(Collect(f.local(), {.grace_ms = 0}));
  for (const FileContent& file : files) MUST(VerifyFile(*f.store, file));
}
