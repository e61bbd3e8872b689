#include "federation/mirror/repository_mirror.h"

#include "storage/history/history_sweep.h"
#include "tests/federation/mirror/mirror_fixture.h"

using namespace banyan;
using namespace banyan::federation;
using namespace banyan::federation::testing;
using banyan::tests::Noise;
using storage::kModeExecutable;
using storage::kModeSymlink;

namespace {

struct Pair {
  Publisher publisher;
  Follower follower;
  StorePeer peer{"https://one", publisher};

  // A second peer with the same content.
  StorePeer Other() { return StorePeer("https://two", publisher); }
  std::int64_t Follow() {
    publisher.WriteCards();
    return follower.Follow(publisher);
  }
  MirrorReport Mirror() { return testing::Mirror(follower, publisher, peer); }
};

}  // namespace

TEST_CASE("AWholeRepositoryIsMirroredBitForBit") {
  Pair p;
  auto& f = p.publisher;
  f.CommitFirst();
  f.CommitFile("weights.bin", Noise(3'000'000, 1));
  f.Push("main", {{"run.sh", "#!/bin/sh\n", kModeExecutable},
                  {"link", "weights.bin", kModeSymlink},
                  {"docs/Readme.md", "one"},
                  {"docs/README.md", "two"},
                  {"empty", ""}});
  f.Push("main", {{"vendored", std::string(40, 'a'), storage::kModeSubmodule}});
  const auto old = f.Push("main", {{"docs/Readme.md", std::nullopt}, {"docs/deep/a", "1"}});
  f.Push("side", {{"side.txt", "s"}}, std::vector<GitOid>{old});
  f.Tag("v1", "side", "an annotated tag");
  f.Tag("light", "main", "");
  f.Push("main", {{"docs/deep/a", std::nullopt}, {"docs/deep", "a file now"}});
  f.Push("main", {{"docs/deep", std::nullopt}, {"docs/deep/b", "a folder again"}});
  const auto report = p.Mirror();
  CHECK(report.lies.empty());
  CHECK(report.fetched_files == report.files);
  CHECK(report.fetched_bytes > 3'000'000);
  const auto repository = p.follower.Mirrored(1);
  CHECK(repository.id.Path() == "Lab/name");
  CHECK_FALSE(repository.is_private);
  CHECK(repository.origin != 0);
  CHECK(p.follower.ReadText("docs/README.md") == "two");
  // Nothing to do then.
  const auto again = p.follower.Run(p.follower.Follow(f), {&p.peer});
  CHECK(MUST(again.outcome) == MirrorOutcome::UpToDate);
}

TEST_CASE("AnEmptyRepositoryIsMirrored") {
  Pair p;
  p.Mirror();
  CHECK_FALSE(p.follower.Mirrored(1).head.has_value());
  p.publisher.CommitText("a", "1");
  p.Mirror();
  CHECK(p.follower.ReadText("a") == "1");
}
