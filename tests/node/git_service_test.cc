// Which work waits for which.
#include "node/git_service.h"

#include "node/data_directory.h"
#include "tests/node/test_node.h"

using namespace banyan;
using namespace banyan::node;

namespace {

using Work = GitService::Work;

struct Fixture {
  TestNode node;
  GitService git{SystemClock(), DiskFileSystem(), node.node().data().database(),
                 node.node().data().content(), Few()};

  GitService::Options Few() {
    GitService::Options options;
    options.copies.directory = node.directory() + "/git";
    options.processes = 1;
    options.wait_ms = 10;
    return options;
  }
};

}  // namespace

TEST_CASE("WhoMakesAPackHoldsUpNoListOfRefsAndNoSender") {
  Fixture f;
  const auto pack = MUST(f.git.Take(Work::Pack, "192.0.2.1"));
  MUST_FAIL(f.git.Take(Work::Pack, "192.0.2.2"), Errc::Unavailable);
  const auto list = MUST(f.git.Take(Work::List, "192.0.2.1"));
  MUST_FAIL(f.git.Take(Work::List, "192.0.2.2"), Errc::Unavailable);
  MUST(f.git.Take(Work::Receive, "192.0.2.1"));
}

TEST_CASE("OneClientSendsFourPushesAtOnceAndHoldsUpNobody") {
  Fixture f;
  std::vector<std::unique_ptr<SharedTurns::Turn>> held;
  for (const auto* client : {"user 1", "user 2", "user 3"}) {
    for (int i = 0; i < 4; ++i) held.push_back(MUST(f.git.Take(Work::Receive, client)));
    MUST_FAIL(f.git.Take(Work::Receive, client), Errc::Unavailable);
  }
}
