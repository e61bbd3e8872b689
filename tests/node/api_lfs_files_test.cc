#include "tests/node/test_node.h"

using namespace banyan;
using namespace banyan::node;

TEST_CASE("LfsFilesOfTheDefaultBranchAreListed") {
  TestNode node;
  const auto alice = node.NewUser("alice");
  const auto bob = node.NewUser("bob");
  node.Create(alice, "m", {{"visibility", "private"}});
  const std::string path = "/api/models/alice/m/lfs-files";
  CHECK(node.Get(path, alice).Parsed() == Json::array());
  const std::string content("\0lfs", 4);
  node.CommitLfs(alice, "alice/m", "sub/w.bin", content);
  node.Commit(alice, "alice/m", {{"plain.txt", "text"}});
  const auto files = node.Get(path, alice).Parsed();
  REQUIRE(files.size() == 1);
  const auto oid = HashSha256(AsBytes(content)).ToString();
  CHECK(files[0]["fileOid"] == oid);
  CHECK(files[0]["oid"] == oid);
  CHECK(files[0]["filename"] == "sub/w.bin");
  CHECK(files[0]["size"] == content.size());
  CHECK(files[0]["pushedAt"].get<std::string>().ends_with("Z"));
  CHECK(node.Get(path, bob).status == 404);
  CHECK(node.Get(path).status == 401);
}
