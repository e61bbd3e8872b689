// The node's own log while it runs: cards, restarts, and a data directory that was put back.
#include "node/own_log.h"
#include "federation/format/checkpoint.h"
#include "federation/format/note.h"
#include "node/data_directory.h"
#include "storage/content/backup.h"
#include "tests/node/test_node.h"

using namespace banyan;
using namespace banyan::node;

namespace {

struct Fixture : TestNode {
  std::string alice = NewUser("alice");
  // The log is open, which takes the job two seconds.
  explicit Fixture(const std::function<void(Config&)>& change = nullptr) : TestNode(change) {
    SizeAfterCards();
  }

  void Send(const char* method, const char* path, const Json& body) {
    const auto reply = TestNode::Send({method, path, alice, {}, DumpJson(body)});
    INFO(reply.body);
    REQUIRE(reply.status == 200);
  }
  std::string Base() { return "/fed/" + Get("/fed/info").Parsed()["node"].get<std::string>(); }
  federation::Checkpoint Head() {
    const auto note = MUST(federation::SignedNote::Parse(Get(Base() + "/0/checkpoint").body));
    return MUST(federation::Checkpoint::Parse(note.text));
  }
  // As the job does it.
  std::uint64_t SizeAfterCards() {
    MUST(node().own_log().Update());
    return node().own_log().Look()->files->published().size;
  }
};

}  // namespace

TEST_CASE("APublicRepositoryIsInTheLogAndAPrivateOneIsNot") {
  Fixture f;
  const auto before = f.SizeAfterCards();
  f.Create(f.alice, "open");
  CHECK(f.SizeAfterCards() == before + 1);
  f.Send("POST", "/api/repos/create", {{"name", "closed"}, {"private", true}});
  CHECK(f.SizeAfterCards() == before + 1);
  f.Send("PUT", "/api/models/alice/open/settings", {{"private", true}});
  CHECK(f.SizeAfterCards() == before + 2);
  f.Send("DELETE", "/api/repos/delete", {{"name", "open"}});
  CHECK(f.SizeAfterCards() == before + 2);  // it was withdrawn already
}

TEST_CASE("TheLogIsTheSameAfterARestart") {
  Fixture f;
  f.Create(f.alice, "m");
  f.SizeAfterCards();
  const auto base = f.Base();
  const auto note = f.Get(base + "/0/checkpoint").body;
  f.Restart();
  CHECK(f.Get("/fed/info").status == 503);
  MUST(f.node().own_log().Update());
  CHECK(f.Base() == base);
  CHECK(f.Get(base + "/0/checkpoint").body == note);
}

TEST_CASE("ARestoredOlderCatalogSignsNothingAndServes") {
  TempDirectory place;
  const auto fence = place.Join("fence");
  MUST(WriteFileDurably(DiskFileSystem(), fence, {}));
  const auto backup = place.Join("backup");
  {
    Fixture f([&](Config& config) { config.federation_fence = fence; });
    f.Create(f.alice, "m");
    f.SizeAfterCards();
    MUST(storage::Backup(f.node().data().content(), {backup, {"node.seed"}}));
    f.Create(f.alice, "later");
    f.SizeAfterCards();
  }
  MUST(storage::Restore(DiskFileSystem(), backup, place.Join("restored")));
  TestNode restored([&](Config& config) {
    config.data = place.Join("restored");
    config.federation_fence = fence;
  });
  CHECK(restored.Get("/api/models/alice/m").status == 200);
  MUST(restored.node().own_log().Update());
  CHECK(restored.Get("/fed/info").status == 503);
  MUST(restored.node().own_log().Update());  // nothing to sign, no error of the job
  CHECK(restored.Get("/fed/info").status == 503);
}

TEST_CASE("AFenceThatIsNotThereIsTold") {
  TempDirectory place;
  const auto fence = place.Join("fence");
  TestNode node([&](Config& config) { config.federation_fence = fence; });
  MUST(node.node().own_log().Update());
  const auto problem = node.node().own_log().Problem();
  INFO(problem);
  CHECK(problem.find(fence + ": the fence is not there.") != std::string::npos);
  CHECK(problem.find("make an empty file of that name") != std::string::npos);
  CHECK(node.Get("/fed/info").status == 503);
  MUST(WriteFileDurably(DiskFileSystem(), fence, {}));
  node.Restart();
  MUST(node.node().own_log().Update());
  CHECK(node.Get("/fed/info").status == 200);
}

TEST_CASE("StrangersToAClosedNodeSeeNoLog") {
  Fixture f([](Config& config) { config.access_anonymous = false; });
  CHECK(f.Get("/fed/info").status == 401);
  CHECK(f.Get("/fed/info", f.alice).status == 200);
}

TEST_CASE("PathsOfTheLogLeadNowhereElseAttack9") {
  Fixture f;
  const auto base = f.Base();
  for (const char* path : {"/0/tile/../checkpoint", "/0/tile/%2e%2e/checkpoint", "/0/tile/0/..",
                           "/0/tile/entries", "/0/tile/entries/000.p/9", "/1/checkpoint",
                           "/00/checkpoint", "/0/tile/0/000.p/1%2f..%2f..%2f..%2fcheckpoint"}) {
    INFO(path);
    const auto status = f.Get(base + path).status;
    CHECK((status == 404 || status == 400));
  }
  CHECK(f.Get("/fed/" + std::string(52, 'a') + "/0/checkpoint").status == 404);
}
