// Who may let git work, and how often at once.
#include "node/git_service.h"

#include <thread>

#include "node/data_directory.h"
#include "tests/node/test_node.h"

using namespace banyan;
using namespace banyan::node;

namespace {

struct Fixture {
  TestNode node;
  GitService git;

  explicit Fixture(std::int64_t processes, std::int64_t wait_ms = GitService::Options().wait_ms)
      : git(SystemClock(), DiskFileSystem(), node.node().data().database(),
            node.node().data().content(), OptionsOf(processes, wait_ms)) {}
  GitService::Options OptionsOf(std::int64_t processes, std::int64_t wait_ms) {
    GitService::Options options;
    options.copies.directory = node.directory() + "/git";
    options.processes = processes;
    options.wait_ms = wait_ms;
    return options;
  }
};

}  // namespace

TEST_CASE("OneClientHasAQuarterOfGitsTurns") {
  Fixture f(8, 50);
  GitService& git = f.git;
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
  Fixture f(2);
  GitService& git = f.git;
  auto first = MUST(git.Take("user 1"));
  auto second = MUST(git.Take("user 2"));
  std::thread same([&] { MUST(git.Take("user 2")); });
  std::thread other([&] { MUST(git.Take("user 3")); });
  first.reset();
  other.join();  // though "user 2" waited, perhaps before
  second.reset();
  same.join();
}
