// Push and pull against a real server on loopback, with the commit made directly in storage.
#include <map>
#include <thread>

#include "cli/http_remote.h"
#include "cli/http_upload.h"
#include "cli/transfer/pull_run.h"
#include "cli/transfer/push_run.h"
#include "node/content_api.h"
#include "node/http/http_server.h"
#include "storage/content/scrub.h"
#include "storage/history/commit.h"
#include "tests/cli/fake_terminal.h"
#include "tests/support/must.h"
#include "tests/support/store_fixture.h"

using namespace banyan;
using namespace banyan::cli;
using banyan::tests::Noise;

namespace {

// The whole of a node that a transfer needs. A request with a token is the owner's.
struct ServedStore : banyan::tests::StoreFixture {
  std::int64_t repository = AddRepository("a", false);
  node::Router router;
  node::ContentApi api{
      local(), SystemRandom(),
      [](storage::Connection& connection, const node::Request& request) -> Result<storage::Caller> {
        if (!request.headers.Has("Authorization")) return storage::Caller();
        return storage::CallerOf(connection, 1, storage::Role::Write);
      }};
  std::atomic<std::uint64_t> requests{0};
  std::unique_ptr<node::HttpServer> server;

  ServedStore() {
    api.AddRoutes(router);
    Start();
  }
  void Start() {
    server = MUST(node::HttpServer::Start({}, SystemClock(), SystemRandom(),
                                          [this](node::Request& q, node::Response& r) {
                                            ++requests;
                                            router.Dispatch(q, r);
                                          }));
  }
  std::string Url() { return "http://127.0.0.1:" + std::to_string(server->port()); }

  Result<GitOid> Commit(const PushCommit& push) {
    storage::CommitRequest request;
    request.repository = repository;
    request.branch = push.branch;
    request.expected_parent = push.expected_parent;
    request.author = {"Owner", "owner@example.org"};
    request.message = push.message;
    request.time_ms = SystemClock().NowMs();
    for (const auto& operation : push.operations) {
      if (!operation.file) {
        request.operations.push_back(storage::DeleteFile{operation.path});
        continue;
      }
      auto connection = TRY(database->Read());
      const auto file = TRY(storage::FindFile(*connection, operation.file->sha256));
      if (!file) return Error(Errc::NotFound, "not uploaded");
      request.operations.push_back(storage::AddUploaded{operation.path, *file, false});
    }
    storage::EnterOptions options;
    options.now_ms = SystemClock().NowMs();
    return TRY(storage::Commit(*database, *store, request, options)).commit;
  }
};

class DirectCommit final : public HttpUpload {
 public:
  DirectCommit(ApiClient& client, ServedStore& served) : HttpUpload(client), served_(served) {}
  Status SendChunks(const storage::RepositoryId& id, const std::string& session,
                    ByteView batch) override {
    if (batches_left-- <= 0) return Error(Errc::Unavailable, "the line broke");
    return HttpUpload::SendChunks(id, session, batch);
  }
  Result<GitOid> Commit(const storage::RepositoryId&, const PushCommit& commit) override {
    return served_.Commit(commit);
  }
  std::atomic<int> batches_left{1000000};

 private:
  ServedStore& served_;
};

struct User {
  TempDirectory home;
  FileSystem& fs = DiskFileSystem();
  FakeTerminal terminal;
  Interrupt interrupt;
  Environment environment{
      SystemClock(), SystemRandom(), fs,
      terminal,      interrupt,      [](const std::string&) { return std::nullopt; }};
  std::atomic<bool> cancelled{false};
  storage::RepositoryId id{storage::RepositoryKind::Model, "owner", "a"};

  void Write(const std::string& path, ByteView content) {
    MUST(fs.CreateDirectories(ParentDirectory(home.Join(path))));
    MUST(WriteFileDurably(fs, home.Join(path), content));
  }
  Bytes Read(const std::string& path) { return MUST(ReadFile(fs, home.Join(path), 1u << 30)); }

  std::unique_ptr<ApiClient> Client(ServedStore& served, const std::string& token) {
    ApiOptions options;
    options.node = MUST(NodeUrl::Parse(served.Url()));
    options.http.token = token;
    options.http.bypass_proxy = true;
    options.tries_max = 1;
    return std::make_unique<ApiClient>(environment, options);
  }
  Result<PushReport> Push(ServedStore& served, PushProgress& progress, int batches = 1000000,
                          bool delete_absent = false, bool repair = false) {
    auto client = Client(served, "t");
    HttpRemote content(*client);
    DirectCommit upload(*client, served);
    upload.batches_left = batches;
    ScanRequest scan;
    scan.folder = home.Join("src");
    scan.memory_path = home.Join("memory");
    const auto files = TRY(ScanFolder(fs, scan, cancelled, progress.hashed_bytes));
    PushRequest request;
    request.id = id;
    request.message = "push";
    request.state_path = home.Join("state");
    request.delete_absent = delete_absent;
    request.repair = repair;
    PushRun run(environment.clock, fs, content, upload, cancelled, progress);
    return run.Run(request, files);
  }
  Result<PullReport> Pull(ServedStore& served, PullProgress& progress, PullRequest request = {},
                          bool cache = false) {
    auto client = Client(served, "");
    HttpRemote remote(*client);
    request.id = id;
    request.rounds = 1;
    if (cache) request.caches = {home.Join("cache")};
    auto known = TRY(KnownRepositories::Load(fs, home.Join("known.json")));
    PullRun run(environment.clock, fs, {&remote}, known, cancelled, progress);
    return run.Run(request, [&](const RemoteRevision& revision) {
      if (cache) return CacheTarget(fs, home.Join("cache"), id, revision.commit, known);
      return FolderTarget(fs, {home.Join("dest"), false, request.accept_new_id}, revision);
    });
  }
};

}  // namespace

TEST_CASE("PushThenPullGivesTheSameFolder") {
  ServedStore served;
  User user;
  const Bytes weights = Noise(70u << 20, 1);
  user.Write("src/README.md", AsBytes("---\nlicense: mit\n---\n# Hi\n"));
  user.Write("src/model.bin", weights);
  user.Write("src/sub dir/empty.txt", {});
  PushProgress pushed;
  REQUIRE(MUST(user.Push(served, pushed)).commit.has_value());
  REQUIRE(pushed.sent_bytes > weights.size());
  PushProgress again;
  REQUIRE_FALSE(MUST(user.Push(served, again)).commit.has_value());

  PullProgress pulled;
  const auto report = MUST(user.Pull(served, pulled));
  REQUIRE(report.files == 4);  // with .gitattributes
  REQUIRE(user.Read("dest/model.bin") == weights);
  REQUIRE(user.Read("dest/sub dir/empty.txt").empty());
  PullProgress second;
  REQUIRE(MUST(user.Pull(served, second)).present_files == 4);
  REQUIRE(second.counters.fetched_bytes == 0);

  PullProgress cached;
  PullRequest filtered;
  filtered.filter.include = {"*.bin"};
  const auto in_cache = MUST(user.Pull(served, cached, filtered, true));
  REQUIRE(user.Read("cache/models--owner--a/snapshots/" + in_cache.revision.commit.ToString() +
                    "/model.bin") == weights);
  REQUIRE(AsText(user.Read("cache/models--owner--a/refs/main")) ==
          in_cache.revision.commit.ToString());
}

TEST_CASE("ChangedRevisionTravelsAsItsChange") {
  ServedStore served;
  User user;
  Bytes weights = Noise(64u << 20, 2);
  user.Write("src/model.bin", weights);
  PushProgress first;
  MUST(user.Push(served, first));
  PullProgress before;
  MUST(user.Pull(served, before));
  for (std::size_t i = 20000000; i < 20640000; ++i) weights[i] ^= 0x33;  // 1 %, in one place
  user.Write("src/model.bin", weights);
  PushProgress pushed;
  MUST(user.Push(served, pushed));
  REQUIRE(pushed.wire_bytes < weights.size() * 15 / 1000);
  PullProgress pulled;
  MUST(user.Pull(served, pulled));
  REQUIRE(user.Read("dest/model.bin") == weights);
  REQUIRE(pulled.counters.wire_bytes < weights.size() * 15 / 1000);
  weights.insert(weights.begin(), 7);  // one byte in front
  user.Write("src/model.bin", weights);
  PushProgress shifted;
  MUST(user.Push(served, shifted));
  REQUIRE(shifted.wire_bytes < 400000);
  PullProgress shifted_pull;
  MUST(user.Pull(served, shifted_pull));
  REQUIRE(user.Read("dest/model.bin") == weights);
  REQUIRE(shifted_pull.counters.wire_bytes < 400000);
}

TEST_CASE("InterruptedPushResumesWithItsSessionAfterTheNodeMoved") {
  ServedStore served;
  User user;
  user.Write("src/model.bin", Noise(80u << 20, 3));
  PushProgress first;
  MUST_FAIL(user.Push(served, first, 8), Errc::Unavailable);
  const std::uint64_t sent = first.sent_bytes;
  REQUIRE(sent > (7u << 20));
  const auto old_server = std::move(served.server);
  const auto old_url = "http://127.0.0.1:" + std::to_string(old_server->port());
  served.Start();
  REQUIRE(served.Url() != old_url);  // the old one still has that port
  PushProgress second;
  MUST(user.Push(served, second));
  REQUIRE(second.sent_bytes + sent == (80u << 20));
  REQUIRE(second.wire_bytes < (80u << 20) - sent + 100000);  // the list did not travel again
}

TEST_CASE("APushThatOnlyDeletesLeavesTheInterruptedOneToAnotherNodeAlone") {
  ServedStore deleting;
  ServedStore interrupted;
  User user;
  user.Write("src/model.bin", Noise(12u << 20, 12));
  user.Write("src/gone.txt", AsBytes("gone"));
  PushProgress whole;
  MUST(user.Push(deleting, whole));
  MUST(user.fs.Remove(user.home.Join("src/gone.txt")));
  PushProgress first;
  MUST_FAIL(user.Push(interrupted, first, 3), Errc::Unavailable);
  REQUIRE(first.sent_bytes > 0);
  const Bytes state = user.Read("state");
  PushProgress nothing;
  REQUIRE(MUST(user.Push(deleting, nothing, 0, true)).deleted_files == 1);
  REQUIRE(user.Read("state") == state);
  PushProgress second;
  MUST(user.Push(interrupted, second));
  CHECK(second.sent_bytes + first.sent_bytes == (12u << 20));
  MUST_FAIL(user.fs.Stat(user.home.Join("state")), Errc::NotFound);
}

TEST_CASE("PullAdoptsFilesBroughtByHandWhateverTheirNames") {
  ServedStore served;
  User user;
  const Bytes weights = Noise(5u << 20, 4);
  user.Write("src/model.bin", weights);
  PushProgress pushed;
  MUST(user.Push(served, pushed));
  user.Write("usb/some copy (1).dat", weights);
  PullProgress pulled;
  PullRequest request;
  request.adopt = {user.home.Join("usb")};
  MUST(user.Pull(served, pulled, request));
  REQUIRE(user.Read("dest/model.bin") == weights);
  REQUIRE(pulled.counters.fetched_bytes < 10000);  // .gitattributes
}

TEST_CASE("EqualFilesAreFetchedOnce") {
  ServedStore served;
  User user;
  const Bytes weights = Noise(3u << 20, 5);
  for (const char* path : {"src/a.bin", "src/b.bin", "src/sub/c.bin"}) user.Write(path, weights);
  PushProgress pushed;
  MUST(user.Push(served, pushed));
  REQUIRE(pushed.sent_bytes == weights.size());
  PullProgress pulled;
  MUST(user.Pull(served, pulled));
  for (const char* path : {"dest/a.bin", "dest/b.bin", "dest/sub/c.bin"}) {
    REQUIRE(user.Read(path) == weights);
  }
  REQUIRE(pulled.counters.fetched_bytes < weights.size() + 10000);  // and .gitattributes
}

TEST_CASE("PullRefusesAnotherRepositoryUnderAKnownName") {
  ServedStore served;
  ServedStore other;
  MUST(other.database->Write([](storage::Connection& c) {
    return c.Execute("UPDATE repository SET uid = ?", HashSha256(AsBytes("another")));
  }));
  User user;
  user.Write("src/a.txt", AsBytes("a"));
  PushProgress pushed;
  MUST(user.Push(served, pushed));
  PullProgress pulled;
  MUST(user.Pull(served, pulled));
  PushProgress pushed_other;
  MUST(user.Push(other, pushed_other));
  MUST_FAIL(user.Pull(other, pulled), Errc::Conflict);
  PullRequest request;
  request.accept_new_id = true;
  MUST(user.Pull(other, pulled, request));
}

TEST_CASE("PushDeletesWhatTheFolderLacksOnlyWhenAsked") {
  ServedStore served;
  User user;
  user.Write("src/a.txt", AsBytes("a"));
  user.Write("src/b.txt", AsBytes("b"));
  PushProgress progress;
  MUST(user.Push(served, progress));
  MUST(user.fs.Remove(user.home.Join("src/b.txt")));
  REQUIRE_FALSE(MUST(user.Push(served, progress)).commit.has_value());
  REQUIRE(MUST(user.Push(served, progress, 1000000, true)).deleted_files == 1);
}

// Rots the third chunk of the file, as the node would not notice by itself.
void RotOnDisk(ServedStore& served, const storage::FileContent& file) {
  auto& packs = *served.local().core().packs;
  MUST(packs.SealIdle());
  const storage::Term place = file.recipe.terms.at(0);
  const auto offset = MUST(packs.Get(place.pack))->entry(place.first + 2).offset;
  const auto path = storage::PathsOf(packs.directory(), place.pack).sealed;
  MUST(MUST(served.fs.Open(path, OpenMode::Create))->WriteAt(offset, AsBytes("rotten")));
}

TEST_CASE("APushForRepairSendsWhatTheNodeFindsDamaged") {
  ServedStore served;
  User user;
  const Bytes data = Noise(600000, 9);
  user.Write("src/model.bin", data);
  PushProgress first;
  MUST(user.Push(served, first));
  const auto file = [&] {
    auto now = MUST(served.database->Read());
    return MUST(storage::FindFile(*now, HashSha256(data))).value();
  };
  RotOnDisk(served, file());
  PushProgress usual;
  CHECK_FALSE(MUST(user.Push(served, usual)).commit.has_value());
  CHECK(usual.sent_bytes == 0);
  MUST_FAIL(storage::VerifyFile(*served.store, file()), Errc::Corrupt);
  PushProgress repair;
  const auto report = MUST(user.Push(served, repair, 1000000, false, true));
  CHECK_FALSE(report.commit.has_value());
  CHECK(repair.sent_bytes > 0);
  CHECK(repair.sent_bytes <= 2 * storage::kMaxChunkBytes);
  MUST(storage::VerifyFile(*served.store, file()));
}

TEST_CASE("APullFromADamagedNodeSaysWhoFindsOut") {
  ServedStore served;
  User user;
  const Bytes data = Noise(600000, 9);
  user.Write("src/model.bin", data);
  PushProgress pushed;
  MUST(user.Push(served, pushed));
  const auto file = [&] {
    auto now = MUST(served.database->Read());
    return MUST(storage::FindFile(*now, HashSha256(data))).value();
  };
  RotOnDisk(served, file());
  PullProgress pulled;
  const auto report = user.Pull(served, pulled);
  MUST_FAIL(report, Errc::Corrupt);
  CHECK(report.error().message().find("the node's copy is damaged") != std::string::npos);
}

TEST_CASE("WhatAnInterruptedPullLeftServesTheNextRevision") {
  ServedStore served;
  User user;
  Bytes weights = Noise(6u << 20, 6);
  user.Write("src/model.bin", weights);
  PushProgress pushed;
  MUST(user.Push(served, pushed));
  PullProgress first;
  MUST(user.Pull(served, first));
  const std::string part = "dest/.banyan/parts/" + HashSha256(weights).ToString();
  MUST(user.fs.Rename(user.home.Join("dest/model.bin"), user.home.Join(part)));
  for (std::size_t i = 2000000; i < 2100000; ++i) weights[i] ^= 0x33;
  user.Write("src/model.bin", weights);
  MUST(user.Push(served, pushed));
  PullProgress second;
  MUST(user.Pull(served, second));
  REQUIRE(user.Read("dest/model.bin") == weights);
  REQUIRE(second.counters.fetched_bytes < 500000);
}

TEST_CASE("JournalsWhosePartIsGoneGoWithTheNextPull") {
  ServedStore served;
  User user;
  user.Write("src/model.bin", Noise(100000, 7));
  PushProgress pushed;
  MUST(user.Push(served, pushed));
  for (const bool cache : {false, true}) {
    const std::string place = cache ? "cache/models--owner--a/blobs/" : "dest/.banyan/parts/";
    const std::string ending = cache ? ".banyan-part" : "";
    user.Write(place + "a" + ending + ".journal", {});
    user.Write(place + "b" + ending, {});
    user.Write(place + "b" + ending + ".journal", {});
    PullProgress pulled;
    MUST(user.Pull(served, pulled, {}, cache));
    const auto exists = [&](const std::string& name) {
      return user.fs.Stat(user.home.Join(place + name + ending)).has_value();
    };
    REQUIRE_FALSE(exists("a.journal"));
    REQUIRE(exists("b"));
    REQUIRE(user.fs.Stat(user.home.Join(place + "b" + ending + ".journal")));
  }
}

TEST_CASE("APullWaitsForAnotherIntoTheSamePlace") {
  ServedStore served;
  User user;
  user.Write("src/model.bin", Noise(100000, 8));
  PushProgress pushed;
  MUST(user.Push(served, pushed));
  for (const bool cache : {false, true}) {
    const std::string lock =
        cache ? "cache/.locks/models--owner--a/banyan.lock" : "dest/.banyan/lock";
    MUST(user.fs.CreateDirectories(ParentDirectory(user.home.Join(lock))));
    auto held = MUST(user.fs.Lock(user.home.Join(lock)));
    std::atomic<bool> released{false};
    const std::jthread other([&] {
      SystemClock().SleepMs(50);
      released = true;
      held.reset();
    });
    PullProgress progress;
    MUST(user.Pull(served, progress, {}, cache));
    REQUIRE(released);
  }
}

TEST_CASE("ADryRunSaysExactlyWhatThePullThenFetches") {
  ServedStore served;
  User user;
  Bytes weights = Noise(5u << 20, 9);
  user.Write("src/model.bin", weights);
  user.Write("src/same.txt", AsBytes("the same in both"));
  PushProgress pushed;
  MUST(user.Push(served, pushed));
  for (const bool cache : {false, true}) {
    PullProgress progress;
    MUST(user.Pull(served, progress, {}, cache));
  }
  for (std::size_t i = 1000000; i < 1900000; ++i) weights[i] ^= 0x55;
  user.Write("src/model.bin", weights);
  for (const char* path : {"src/twin-1.bin", "src/twin-2.bin"}) {
    user.Write(path, Noise(700000, 10));
  }
  user.Write("src/by-hand.bin", Noise(400000, 11));
  user.Write("usb/brought.bin", Noise(400000, 11));
  MUST(user.Push(served, pushed));
  for (const bool cache : {false, true}) {
    PullRequest request;
    request.adopt = {user.home.Join("usb")};
    request.dry_run = true;
    PullProgress dry;
    const auto plan = MUST(user.Pull(served, dry, request, cache));
    REQUIRE(dry.counters.fetched_bytes == 0);
    REQUIRE(plan.to_fetch_bytes > 1500000);
    REQUIRE(plan.to_fetch_bytes < 2200000);  // the change, and one twin
    const std::string snapshot =
        "cache/models--owner--a/snapshots/" + plan.revision.commit.ToString();
    REQUIRE_FALSE(user.fs.Stat(user.home.Join(snapshot)));
    request.dry_run = false;
    PullProgress real;
    REQUIRE(MUST(user.Pull(served, real, request, cache)).to_fetch_bytes == 0);
    REQUIRE(real.counters.fetched_bytes == plan.to_fetch_bytes);
    REQUIRE(real.counters.wire_bytes < plan.to_fetch_bytes * 102 / 100 + 20000);
  }
  PullRequest request;
  request.dry_run = true;
  PullProgress nothing;
  REQUIRE(MUST(user.Pull(served, nothing, request)).to_fetch_bytes == 0);
}
