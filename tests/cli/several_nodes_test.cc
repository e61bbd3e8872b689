// A pull with several --node: which one is believed, which ones help, and who gets which token.
#include <filesystem>
#include <functional>

#include "cli/login_file.h"
#include "cli/transfer/pull_run.h"
#include "federation/mirror_state.h"
#include "node/http/http_error.h"
#include "node/own_log.h"
#include "tests/cli/ending_remote.h"
#include "tests/cli/fake_node.h"
#include "tests/cli/served_node.h"
#include "tests/support/sample_data.h"

using namespace banyan;
using namespace banyan::cli;

namespace {

constexpr int kFiles = 4;

std::string Name(int i) { return "f" + std::to_string(i) + ".bin"; }

void PushModel(ProgramRunner& alice) {
  for (int i = 0; i < kFiles; ++i) {
    alice.Write("src/" + Name(i), AsText(SampleNoise(300'000, static_cast<unsigned>(i))));
  }
  alice.Output({"push", alice.home.Join("src"), "alice/m", "--create"});
}

// Until the log tells of it: copies would each give it a name of their own there.
void AwaitPublished(ServedNode& node) {
  for (int i = 0; i < 3000; ++i) {
    MUST(node.node().own_log().Update());
    auto lease = MUST(node.node().data().database().Read());
    if (MUST(federation::FindPublishedName(*lease, 1))) return;
    SystemClock().SleepMs(10);
  }
  FAIL("the log does not tell of the repository");
}

// Two nodes with the same content: the second one's data directory is a copy.
struct Twins {
  TempDirectory place;
  ProgramRunner alice;
  std::optional<ServedNode> first;
  std::optional<ServedNode> second;

  Twins() {
    const auto data = place.Join("first");
    {
      ServedNode node(data);
      node.Login(alice, node.NewUser("alice"));
      PushModel(alice);
      AwaitPublished(node);
    }
    std::filesystem::copy(data, place.Join("second"), std::filesystem::copy_options::recursive);
    first.emplace(data);
    second.emplace(place.Join("second"));
    alice.variables.erase("BANYAN_NODE");
  }
  std::unique_ptr<ApiClient> Connect(const ServedNode& node) {
    ApiOptions options;
    options.node = MUST(NodeUrl::Parse(node.url()));
    options.http.bypass_proxy = true;
    options.tries_max = 1;
    return std::make_unique<ApiClient>(alice.environment, options);
  }
  PullReport Pull(std::vector<RemoteContent*> nodes, PullProgress& progress) {
    const std::atomic<bool> cancelled{false};
    auto known = MUST(KnownRepositories::Load(DiskFileSystem(), alice.home.Join("known.json")));
    PullRun run(SystemClock(), DiskFileSystem(), std::move(nodes), known, cancelled, progress);
    PullRequest request;
    request.id = {storage::RepositoryKind::Model, "alice", "m"};
    request.files_at_once = 1;
    return MUST(run.Run(request, [&](const RemoteRevision& revision) {
      return FolderTarget(DiskFileSystem(), {alice.home.Join("dest")}, revision);
    }));
  }
  // Standard error of a pull with these nodes, which must bring everything.
  std::string PullRemarks(const std::string& one, const std::string& other) {
    std::filesystem::remove_all(alice.home.Join("dest"));
    alice.Output(
        {"pull", "alice/m", "--dest", alice.home.Join("dest"), "--node", one, "--node", other});
    CheckWhole();
    return alice.terminal.error();
  }
  void CheckWhole() {
    const auto read = [&](const std::string& name) {
      return MUST(ReadFile(DiskFileSystem(), alice.home.Join(name), 1u << 20));
    };
    for (int i = 0; i < kFiles; ++i) CHECK(read("dest/" + Name(i)) == read("src/" + Name(i)));
  }
};

// Says of the revision what `change` makes of it.
class ChangingRemote final : public HttpRemote {
 public:
  using Change = std::function<void(RemoteRevision&)>;
  ChangingRemote(ApiClient& client, Change change)
      : HttpRemote(client), change_(std::move(change)) {}
  Result<RemoteRevision> FindRevision(const storage::RepositoryId& id,
                                      const std::string& revision) override {
    auto found = TRY(HttpRemote::FindRevision(id, revision));
    change_(found);
    return found;
  }

 private:
  const Change change_;
};

federation::PublishedName NameOf(std::string_view key) {
  return {federation::NodeId(federation::HashLeaf(AsBytes("origin"))),
          federation::RepositoryKey::FromRaw(HashSha256(AsBytes(key)).bytes())};
}

}  // namespace

TEST_CASE("APullGoesOnAtTheSecondNodeWhenTheFirstDies") {
  Twins twins;
  const auto dying = twins.Connect(*twins.first);
  const auto healthy = twins.Connect(*twins.second);
  EndingRemote first(*dying, 2, [&] { twins.first->Stop(); });
  HttpRemote second(*healthy);
  PullProgress progress;
  const auto report = twins.Pull({&first, &second}, progress);
  CHECK(report.remarks.empty());
  CHECK(report.files == kFiles + 1);  // and .gitattributes
  CHECK(progress.counters.fetched_bytes == report.bytes);
  twins.CheckWhole();
  REQUIRE_FALSE(twins.Connect(*twins.first)->Get("/api/models").has_value());
}

TEST_CASE("ANodeThatDoesNotAnswerIsNamedAndTheNextOneSaysWhatTheRevisionIs") {
  Twins twins;
  twins.first->Stop();
  const auto remarks = twins.PullRemarks(twins.first->url(), twins.second->url());
  INFO(remarks);
  CHECK(remarks.find(twins.first->url() + " is not used: ") != remarks.npos);
}

TEST_CASE("NodesThatAgreeGiveNoRemark") {
  Twins twins;
  CHECK(twins.PullRemarks(twins.first->url(), twins.second->url()).empty());
}

TEST_CASE("ANodeWithAnotherRepositoryOfTheNameIsNotUsed") {
  Twins twins;
  const auto one = twins.Connect(*twins.first);
  const auto other = twins.Connect(*twins.second);
  ChangingRemote first(*one, [](RemoteRevision& revision) { revision.repository.published = {}; });
  ChangingRemote second(*other, [](RemoteRevision& revision) {
    revision.repository = {storage::RepositoryUid::FromRaw(HashSha256({}).bytes()), {}};
  });
  PullProgress progress;
  const auto report = twins.Pull({&first, &second}, progress);
  REQUIRE(report.remarks.size() == 1);
  CHECK(report.remarks[0] ==
        twins.second->url() + " is not used: its alice/m is another repository");
}

TEST_CASE("ANodeWithOtherContentUnderTheNameIsNotUsed") {
  Twins twins;
  ServedNode stranger;
  ProgramRunner namesake;
  stranger.Login(namesake, stranger.NewUser("alice"));
  namesake.Write("src/f0.bin", "something else");
  namesake.Output({"push", namesake.home.Join("src"), "alice/m", "--create"});
  const auto remarks = twins.PullRemarks(twins.first->url(), stranger.url());
  INFO(remarks);
  CHECK(remarks.find(stranger.url() + " is not used: ") != remarks.npos);

  const auto honest = twins.Connect(*twins.first);
  const auto lying = twins.Connect(*twins.second);
  HttpRemote first(*honest);
  ChangingRemote second(
      *lying, [](RemoteRevision& revision) { revision.manifest = HashSha256(AsBytes("another")); });
  PullProgress progress;
  const auto report = twins.Pull({&first, &second}, progress);
  REQUIRE(report.remarks.size() == 1);
  CHECK(report.remarks[0] ==
        twins.second->url() + " is not used: its manifest of this commit is another one");
}

// The ids that nodes give are their own; a mirror's is another than its publisher's.
TEST_CASE("NodesAgreeWhenTheyNameTheSamePublishedRepository") {
  Twins twins;
  const auto one = twins.Connect(*twins.first);
  const auto other = twins.Connect(*twins.second);
  const auto remarks = [&](std::string_view published) {
    ChangingRemote first(
        *one, [](RemoteRevision& revision) { revision.repository.published = NameOf("m"); });
    ChangingRemote second(*other, [&](RemoteRevision& revision) {
      revision.repository.uid = storage::RepositoryUid::FromRaw(HashSha256({}).bytes());
      revision.repository.published = NameOf(published);
    });
    PullProgress progress;
    return twins.Pull({&first, &second}, progress).remarks;
  };
  CHECK(remarks("m").empty());
  const auto others = remarks("another");
  REQUIRE(others.size() == 1);
  CHECK(others[0].find("its alice/m is another repository") != std::string::npos);
}

TEST_CASE("ATokenWithoutANodeIsForTheFirstNodeOnly") {
  const auto refuse = [](const FakeNode::Seen&, node::Response& response) {
    node::Fail(response, 404, "not here");
  };
  FakeNode first(refuse);
  FakeNode other(refuse);
  FakeNode known(refuse);
  ProgramRunner alice;
  LoginFile logins;
  logins.Put({MUST(NodeUrl::Parse(known.url())), "alice", "of-known"});
  MUST(logins.Save(alice.environment));
  const std::vector<std::string> line = {"pull",   "x/y",       "--node", first.url(),
                                         "--node", other.url(), "--node", known.url()};
  alice.variables["BANYAN_TOKEN"] = "of-first";
  alice.Failure(line, 3);
  alice.variables.erase("BANYAN_TOKEN");
  auto with_option = line;
  with_option.insert(with_option.end(), {"--token", "of-first"});
  alice.Failure(with_option, 3);
  const auto check = [](FakeNode& node, const std::string& authorization) {
    CHECK(node.seen().size() == 2);
    for (const auto& seen : node.seen()) CHECK(seen.authorization == authorization);
  };
  check(first, "Bearer of-first");
  check(other, "");
  check(known, "Bearer of-known");
}

TEST_CASE("OnlyAPullAsksSeveralNodes") {
  ProgramRunner runner;
  const auto message = runner.Failure({"--node", "a", "ls", "x/y", "--node=b"}, 2);
  CHECK(message.find("`banyan ls` asks one node") != message.npos);
  CHECK(runner.Output({"help", "pull"}).find("--from-node") == std::string::npos);
}
