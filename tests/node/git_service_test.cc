// Who may let git work, and how often at once.
#include "node/git_service.h"

#include <thread>

#include "node/data_directory.h"
#include "tests/node/test_node.h"

using namespace banyan;
using namespace banyan::node;

TEST_CASE("OneClientHasAQuarterOfGitsTurns") {
  TestNode node;
  auto& data = node.node().data();
  GitService::Options options;
  options.copies.directory = node.directory() + "/git";
  options.processes = 8;
  options.wait_ms = 50;
  GitService git(SystemClock(), DiskFileSystem(), data.database(), data.content(), options);
  std::vector<std::unique_ptr<GitService::Turn>> held;
  for (int i = 0; i < 2; ++i) held.push_back(MUST(git.Take("192.0.2.1")));
  const auto refused = git.Take("192.0.2.1");
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().message() ==
        "git works on 2 requests of yours here, which is the most at once: try again when one has "
        "ended");
  for (const auto* client : {"user 1", "user 2", "192.0.2.2"}) {
    for (int i = 0; i < 2; ++i) held.push_back(MUST(git.Take(client)));
  }
  MUST_FAIL(git.Take("user 3"), Errc::Unavailable);
  held.erase(held.begin());
  MUST(git.Take("user 3"));
}

TEST_CASE("AGitTurnThatIsGivenBackGoesToWhoMayHaveIt") {
  TestNode node;
  auto& data = node.node().data();
  GitService::Options options;
  options.copies.directory = node.directory() + "/git";
  options.processes = 2;
  GitService git(SystemClock(), DiskFileSystem(), data.database(), data.content(), options);
  auto first = MUST(git.Take("user 1"));
  auto second = MUST(git.Take("user 2"));
  std::thread same([&] { MUST(git.Take("user 2")); });
  std::thread other([&] { MUST(git.Take("user 3")); });
  first.reset();
  other.join();  // though "user 2" waited, perhaps before
  second.reset();
  same.join();
}
