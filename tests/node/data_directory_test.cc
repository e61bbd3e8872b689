#include "node/data_directory.h"

#include <sys/stat.h>

#include "storage/catalog/accounts.h"
#include "storage/catalog/tokens.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_random.h"
#include "tests/support/must.h"
#include "tests/support/temp_directory.h"

using namespace banyan;
using namespace banyan::node;

namespace {

struct Fixture {
  TempDirectory root;
  FakeClock clock;
  FakeRandom random{1};
  FileSystem& fs = DiskFileSystem();
  const std::string path = root.Join("data");

  Result<std::unique_ptr<DataDirectory>> Open(bool create = true) {
    return DataDirectory::Open(clock, random, fs, {path, create, 0});
  }
  void Write(const std::string& name, std::string_view text) {
    MUST(fs.CreateDirectories(path));
    MUST(WriteFileDurably(fs, path + "/" + name, AsBytes(text)));
  }
};

}  // namespace

TEST_CASE("ADataDirectoryIsMadeOnceAndOpenedAgain") {
  Fixture fixture;
  MUST_FAIL(fixture.Open(false), Errc::NotFound);
  const auto key = [&] {
    const auto opened = MUST(fixture.Open());
    CHECK(opened->is_new());
    return opened->seed().Derive("x");
  }();
  const auto again = MUST(fixture.Open(false));
  CHECK_FALSE(again->is_new());
  CHECK(again->seed().Derive("x") == key);
}

TEST_CASE("TheFirstOperatorsTokenWorks") {
  Fixture fixture;
  const auto opened = MUST(fixture.Open());
  auto token = std::string(AsText(MUST(ReadFile(fixture.fs, opened->TokenFile(), 100))));
  CHECK(token.ends_with('\n'));
  token.pop_back();
  auto lease = MUST(opened->database().Read());
  const auto caller = MUST(storage::Authenticate(*lease, token, fixture.clock.NowMs()));
  CHECK(caller.name == kFirstOperator);
  CHECK(caller.IsOperator());
}

TEST_CASE("OneProcessAtATimeUsesADataDirectory") {
  Fixture fixture;
  auto held = MUST(fixture.Open());
  MUST_FAIL(fixture.Open(), Errc::Conflict);
  held.reset();
  MUST(fixture.Open());
}

TEST_CASE("ADirectoryThatHoldsSomethingElseIsLeftAlone") {
  Fixture fixture;
  fixture.Write("thesis.tex", "years of work");
  MUST_FAIL(fixture.Open(), Errc::Invalid);
  CHECK(MUST(fixture.fs.List(fixture.path)) == std::vector<std::string>{"thesis.tex"});
}

TEST_CASE("APolicyMayBeThereBeforeTheNode") {
  Fixture fixture;
  fixture.Write("policy.toml", "readers = []\n");
  CHECK(MUST(fixture.Open())->is_new());
}

TEST_CASE("AFreshFileSystemIsNoObstacle") {
  Fixture fixture;
  MUST(fixture.fs.CreateDirectories(fixture.path + "/lost+found"));
  MUST(fixture.Open());
}

TEST_CASE("AStartThatBrokeOffIsTakenUp") {
  Fixture fixture;
  fixture.Write("lock", "");
  fixture.Write("node.seed", std::string(32, 's'));
  fixture.Write("node.seed.tmp", "half");
  CHECK(MUST(fixture.Open())->is_new());
}

TEST_CASE("AKeyFileThatOthersCanReadStopsTheStart") {
  Fixture fixture;
  MUST(fixture.Open());
  REQUIRE(::chmod((fixture.path + "/node.seed").c_str(), 0644) == 0);
  MUST_FAIL(fixture.Open(), Errc::Denied);
}

TEST_CASE("AFileIsNotADataDirectory") {
  Fixture fixture;
  MUST(WriteFileDurably(fixture.fs, fixture.path, AsBytes("x")));
  CHECK_FALSE(fixture.Open().has_value());
}
