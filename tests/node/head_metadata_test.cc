#include "node/head_metadata.h"

#include "node/data_directory.h"
#include "tests/node/writing_node.h"

using namespace banyan;
using namespace banyan::node;

namespace {

struct Fixture : WritingNode {
  Fixture() {
    Create(alice, "tiny");
    REQUIRE(SendCommit("alice/tiny",
                       HeaderLine() + FileLine("README.md", "---\nlicense: mit\n---\n# Tiny\n"),
                       alice)
                .status == 200);
  }
  storage::ContentStore& content() { return node().data().content(); }
  // As a crash between a commit and its description leaves it.
  void Forget() {
    MUST(database().Write([](storage::Connection& c) {
      return c.Execute("UPDATE repository SET described = NULL, licence = ''");
    }));
  }
  std::int64_t Licensed() {
    return Number("SELECT count(*) FROM repository WHERE licence = 'MIT' AND described = head");
  }
};

}  // namespace

TEST_CASE("HeadsThatNobodyDescribedAreFound") {
  Fixture fixture;
  CHECK(fixture.Licensed() == 1);
  const auto updated = fixture.Number("SELECT updated_ms FROM repository");
  fixture.Forget();
  // Until then, what is read comes from the files.
  CHECK(fixture.Get("/api/models/alice/tiny").Parsed()["cardData"]["license"] == "mit");
  MUST(DescribeHeads(fixture.database(), fixture.content()));
  CHECK(fixture.Licensed() == 1);
  CHECK(fixture.Number("SELECT updated_ms FROM repository") == updated);
}

TEST_CASE("WhatAKillLeftUndescribedIsDescribedAtTheNextStart") {
  Fixture fixture;
  fixture.Forget();
  fixture.Restart();
  for (int i = 0; i < 1000 && fixture.Licensed() == 0; ++i) SystemClock().SleepMs(10);
  CHECK(fixture.Licensed() == 1);
}

TEST_CASE("WhatIsDescribedIsLeftAlone") {
  Fixture fixture;
  MUST(fixture.database().Write(
      [](storage::Connection& c) { return c.Execute("UPDATE repository SET licence = 'X'"); }));
  MUST(DescribeHead(fixture.database(), fixture.content(),
                    fixture.Number("SELECT id FROM repository")));
  CHECK(fixture.Number("SELECT count(*) FROM repository WHERE licence = 'X'") == 1);
  MUST_FAIL(DescribeHead(fixture.database(), fixture.content(), 999), Errc::NotFound);
}
