// `push --repair` to a node whose disk changed what was written.
#include "node/data_directory.h"
#include "storage/content/pack_store.h"
#include "storage/content/scrub.h"
#include "tests/cli/served_node.h"
#include "tests/support/store_fixture.h"

using namespace banyan;
using namespace banyan::cli;

namespace {

// Rots the third chunk of the file.
void Rot(storage::LocalContentStore& content, const storage::FileContent& file) {
  auto& packs = *content.core().packs;
  MUST(packs.SealIdle());
  const storage::Term place = file.recipe.terms.at(0);
  const auto offset = MUST(packs.Get(place.pack))->entry(place.first + 2).offset;
  const auto path = storage::PathsOf(packs.directory(), place.pack).sealed;
  MUST(MUST(DiskFileSystem().Open(path, OpenMode::ReadWrite))->WriteAt(offset, AsBytes("rotten")));
}

}  // namespace

TEST_CASE("ARepairNeedsNoRoomInTheQuota") {
  ServedNode node("", [](node::Config& config) { config.quota_default = {5'000'000}; });
  ProgramRunner alice;
  node.Login(alice, node.NewUser("alice"));
  const Bytes weights = tests::Noise(3'000'000, 1);
  const auto folder = ParentDirectory(alice.Write("src/a.bin", AsText(weights)));
  alice.Output({"push", folder, "alice/m", "--create"});
  auto& data = node.node().data();
  const auto file = [&] {
    auto now = MUST(data.database().Read());
    return MUST(storage::FindFile(*now, HashSha256(weights))).value();
  };
  MUST(data.database().Write([](storage::Connection& c) {
    return c.Execute("UPDATE namespace SET quota_bytes = used_bytes WHERE name = 'alice'");
  }));
  Rot(data.content(), file());
  REQUIRE(MUST(storage::Scrub(data.content(), {})).damaged_files.size() == 1);
  alice.Output({"push", folder, "alice/m", "--repair"});
  CHECK_FALSE(file().is_damaged);
  MUST(storage::VerifyFile(data.content(), file()));
  alice.Write("src/b.bin", "more");
  CHECK(alice.Failure({"push", folder, "alice/m"}, 6).find("quota") != std::string::npos);
}
