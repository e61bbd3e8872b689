// Several clients at once against a node that serves, all over real HTTP.
#include <filesystem>

#include "cli/http_remote.h"
#include "cli/http_upload.h"
#include "cli/transfer/pull_run.h"
#include "cli/transfer/push_run.h"
#include "node/collection.h"
#include "node/data_directory.h"
#include "storage/content/scrub.h"
#include "tests/cli/ending_remote.h"
#include "tests/cli/served_node.h"
#include "tests/support/store_fixture.h"

using namespace banyan;
using namespace banyan::cli;
using banyan::tests::Noise;

namespace {

const storage::RepositoryId kModel{storage::RepositoryKind::Model, "alice", "m"};

// One client with a home of its own.
struct Client : ProgramRunner {
  Client(const ServedNode& node, const std::string& token) : url(node.url()), token_(token) {
    node.Login(*this, token);
  }
  std::unique_ptr<ApiClient> Connect() {
    ApiOptions options;
    options.node = MUST(NodeUrl::Parse(url));
    options.http.token = token_;
    options.http.bypass_proxy = true;
    options.tries_max = 1;
    return std::make_unique<ApiClient>(environment, options);
  }
  void Put(const std::string& name, ByteView content) { Write(name, AsText(content)); }
  Bytes Read(const std::string& name) {
    return MUST(ReadFile(DiskFileSystem(), home.Join(name), 1u << 30));
  }
  std::string Folder(const std::string& name) { return home.Join(name); }

  const std::string url;
  const std::string token_;
};

// A node where alice has a model "m".
struct Fixture {
  ServedNode node;
  const std::string alice = node.NewUser("alice");
  Fixture() { Client(node, alice).Output({"create", "alice/m"}); }

  storage::LocalContentStore& content() { return node.node().data().content(); }
  std::int64_t Number(const std::string& sql) {
    auto lease = MUST(node.node().data().database().Read());
    auto rows = lease->Query(sql);
    REQUIRE(rows.Next());
    return rows.Int(0);
  }
};

// All waits until `count` threads are there.
class Meeting {
 public:
  explicit Meeting(int count) : missing_(count) {}
  void Arrive() {
    --missing_;
    while (missing_ > 0) SystemClock().SleepMs(1);
  }

 private:
  std::atomic<int> missing_;
};

// Passes everything on; commits only when the other one is about to commit, too.
class MeetingUpload final : public HttpUpload {
 public:
  MeetingUpload(ApiClient& client, Meeting* meeting) : HttpUpload(client), meeting_(meeting) {}
  Result<GitOid> Commit(const storage::RepositoryId& id, const PushCommit& commit) override {
    if (meeting_ != nullptr) meeting_->Arrive();
    return HttpUpload::Commit(id, commit);
  }

 private:
  Meeting* const meeting_;
};

Result<PushReport> Push(Client& client, Meeting* meeting) {
  const auto api = client.Connect();
  HttpRemote content(*api);
  MeetingUpload upload(*api, meeting);
  PushProgress progress;
  const std::atomic<bool> cancelled{false};
  ScanRequest scan;
  scan.folder = client.Folder("src");
  const auto files = TRY(ScanFolder(DiskFileSystem(), scan, cancelled, progress.hashed_bytes));
  PushRequest request;
  request.id = kModel;
  request.message = "push";
  PushRun run(SystemClock(), DiskFileSystem(), content, upload, cancelled, progress);
  return run.Run(request, files);
}

}  // namespace

TEST_CASE("ClientsThatPushTheSameFileAtOnceLeaveOneContent") {
  Fixture f;
  const Bytes weights = Noise(6u << 20, 1);
  Client alice(f.node, f.alice);
  Client bob(f.node, f.node.NewUser("bob"));
  bob.Output({"create", "bob/m"});
  alice.Put("src/a.bin", weights);
  bob.Put("src/b.bin", weights);
  int codes[2] = {-1, -1};
  std::thread first([&] { codes[0] = alice.Run({"push", alice.Folder("src"), "alice/m"}); });
  std::thread second([&] { codes[1] = bob.Run({"push", bob.Folder("src"), "bob/m"}); });
  first.join();
  second.join();
  INFO(alice.terminal.error() << bob.terminal.error());
  CHECK(codes[0] == 0);
  CHECK(codes[1] == 0);
  CHECK(f.Number("SELECT count(*) FROM file WHERE size = " + std::to_string(weights.size())) == 1);
  MUST(f.content().core().packs->SealIdle());
  const auto collected = MUST(node::CollectNode(f.content(), {}));
  const auto scrubbed = MUST(storage::Scrub(f.content(), {}));
  CHECK(scrubbed.damaged.empty());
  CHECK(scrubbed.stored_bytes - collected.content.dead_kept_bytes < weights.size() * 11 / 10);
  alice.Output({"pull", "bob/m", "--dest", alice.Folder("dest")});
  CHECK(alice.Read("dest/b.bin") == weights);
  bob.Output({"pull", "alice/m", "--dest", bob.Folder("dest")});
  CHECK(bob.Read("dest/a.bin") == weights);
}

TEST_CASE("OfTwoPushesToOneBranchOneWinsAndTheOtherGoesOnWhenRepeated") {
  Fixture f;
  Client one(f.node, f.alice);
  Client two(f.node, f.alice);
  one.Put("src/one.txt", AsBytes("one"));
  two.Put("src/two.txt", AsBytes("two"));
  Meeting meeting(2);
  std::optional<Result<PushReport>> first;
  std::thread other([&] { first.emplace(Push(one, &meeting)); });
  auto second = Push(two, &meeting);
  other.join();
  REQUIRE(first->has_value() != second.has_value());
  auto& loser = first->has_value() ? two : one;
  const auto& lost = first->has_value() ? second.error() : first->error();
  CHECK(lost.code() == Errc::Conflict);
  INFO(lost.message());
  CHECK(lost.message().find("push again") != std::string::npos);
  CHECK(f.Number("SELECT count(*) FROM revision") == 2);  // the first one and the winner's
  MUST(Push(loser, nullptr));
  CHECK(f.Number("SELECT count(*) FROM revision") == 3);
  one.Output({"pull", "alice/m", "--dest", one.Folder("dest")});
  CHECK(one.Read("dest/one.txt") == Bytes{'o', 'n', 'e'});
  CHECK(one.Read("dest/two.txt") == Bytes{'t', 'w', 'o'});
}

TEST_CASE("PullsDuringPushesSeeWholeRevisions") {
  Fixture f;
  Client writer(f.node, f.alice);
  const auto push = [&](std::uint64_t version) {
    const Bytes content = Noise(400'000, version);
    writer.Put("src/a.bin", content);
    writer.Put("src/b.bin", content);
    return writer.Run({"push", writer.Folder("src"), "alice/m"});
  };
  REQUIRE(push(1) == 0);
  std::atomic<bool> done{false};
  std::atomic<int> failed{0};
  std::thread pushing([&] {
    for (std::uint64_t version = 2; version <= 6; ++version) failed += push(version) == 0 ? 0 : 1;
    done = true;
  });
  Client reader(f.node, f.alice);
  int mixed = 0;
  for (int i = 0; i == 0 || !done; ++i) {
    const auto dest = "dest" + std::to_string(i);
    failed += reader.Run({"pull", "alice/m", "--dest", reader.Folder(dest)}) == 0 ? 0 : 1;
    if (reader.Read(dest + "/a.bin") != reader.Read(dest + "/b.bin")) ++mixed;
  }
  pushing.join();
  INFO(reader.terminal.error() << writer.terminal.error());
  CHECK(failed == 0);
  CHECK(mixed == 0);
  reader.Output({"pull", "alice/m", "--dest", reader.Folder("last")});
  CHECK(reader.Read("last/a.bin") == Noise(400'000, 6));
}

TEST_CASE("CollectionDuringPushesLosesNothing") {
  Fixture f;
  std::atomic<bool> stop{false};
  std::atomic<int> failed{0};
  std::thread collecting([&] {
    node::NodeCollectionOptions options;
    options.history_grace_ms = 0;  // no grace at all: every race that exists shows
    options.content.grace_ms = 0;
    options.content.rewrite_share = 0.01;
    while (!stop) {
      const bool sealed = f.content().core().packs->SealIdle().has_value();
      const bool collected = node::CollectNode(f.content(), options).has_value();
      failed += sealed && collected ? 0 : 1;
    }
  });
  Client client(f.node, f.alice);
  for (std::uint64_t version = 1; version <= 4; ++version) {
    client.Put("src/a.bin", Noise(3u << 20, version % 3));
    failed += client.Run({"push", client.Folder("src"), "alice/m"}) == 0 ? 0 : 1;
  }
  stop = true;
  collecting.join();
  INFO(client.terminal.error());
  CHECK(failed == 0);
  client.Output({"pull", "alice/m", "--dest", client.Folder("dest")});
  CHECK(client.Read("dest/a.bin") == Noise(3u << 20, 1));
  CHECK(MUST(storage::Scrub(f.content(), {})).damaged.empty());
}

TEST_CASE("DeletingARepositoryDuringAPullLeavesNoPartialFile") {
  Fixture f;
  Client client(f.node, f.alice);
  for (std::uint64_t i = 1; i <= 6; ++i) {
    client.Put("src/f" + std::to_string(i) + ".bin", Noise(300'000, i));
  }
  client.Output({"push", client.Folder("src"), "alice/m"});
  const auto api = client.Connect();
  const auto remove = [&] {
    const Json wish = {{"name", "m"}, {"organization", "alice"}, {"type", "model"}};
    MUST(client.Connect()->SendJson("DELETE", "/api/repos/delete", wish));
  };
  EndingRemote remote(*api, 3, remove);
  PullProgress progress;
  const std::atomic<bool> cancelled{false};
  auto known = MUST(KnownRepositories::Load(DiskFileSystem(), client.Folder("known.json")));
  PullRun run(SystemClock(), DiskFileSystem(), {&remote}, known, cancelled, progress);
  PullRequest request;
  request.id = kModel;
  request.files_at_once = 1;
  const auto pulled = run.Run(request, [&](const RemoteRevision& revision) {
    return FolderTarget(DiskFileSystem(), {client.Folder("dest")}, revision);
  });
  REQUIRE_FALSE(pulled.has_value());
  INFO(pulled.error().message());
  CHECK(pulled.error().code() == Errc::NotFound);
  int whole = 0;
  for (const auto& entry : std::filesystem::directory_iterator(client.Folder("dest"))) {
    const auto name = entry.path().filename().string();
    if (name == ".banyan") continue;  // what a later pull goes on with
    INFO(name);
    if (name.starts_with("f")) CHECK(client.Read("dest/" + name) == client.Read("src/" + name));
    ++whole;
  }
  CHECK(whole >= 1);
  CHECK(whole < 7);
  CHECK(client.Failure({"pull", "alice/m", "--dest", client.Folder("again")}, 3).find("banyan: ") ==
        0);
  CHECK_FALSE(DiskFileSystem().Stat(client.Folder("again")).has_value());
}
