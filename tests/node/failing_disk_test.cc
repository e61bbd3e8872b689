// A node on a disk that is full, then has room again; and on one that loses pages under it.
#include <sys/mount.h>

#include <filesystem>

#include "node/data_directory.h"
#include "storage/content/scrub.h"
#include "tests/node/test_node.h"
#include "tests/support/store_fixture.h"

using namespace banyan;
using namespace banyan::node;

namespace {

std::string NoiseText(std::size_t size, std::uint64_t seed) {
  return std::string(AsText(tests::Noise(size, seed)));
}

// A disk of its own, of a few MiB.
class SmallDisk {
 public:
  SmallDisk() : mounted_(::mount("tmpfs", path().c_str(), "tmpfs", 0, "size=12m,mode=700") == 0) {}
  ~SmallDisk() {
    if (mounted_) ::umount(path().c_str());
  }
  const std::string& path() const { return directory_.path(); }
  bool mounted() const { return mounted_; }
  void Fill() {
    auto file = MUST(DiskFileSystem().Open(path() + "/filler", OpenMode::Create));
    const Bytes page(4096, 1);
    for (std::uint64_t at = 0; file->WriteAt(at, page); at += page.size()) continue;
  }
  void Free() { MUST(DiskFileSystem().Remove(path() + "/filler")); }

 private:
  TempDirectory directory_;
  const bool mounted_;
};

// The answer to an upload through LFS, or to the batch before it when that is refused.
Reply Upload(const TestNode& node, const std::string& token, const std::string& content) {
  const std::string oid = HashSha256(AsBytes(content)).ToString();
  const auto batch = node.Post("/ada/m.git/info/lfs/objects/batch", token,
                               {{"operation", "upload"},
                                {"transfers", {"basic"}},
                                {"objects", {{{"oid", oid}, {"size", content.size()}}}}});
  if (batch.status != 200) return batch;
  return node.Follow("PUT", batch.Parsed()["objects"][0]["actions"]["upload"]["href"], content);
}

void CheckNothingDamaged(TestNode& node) {
  const auto report = MUST(storage::Scrub(node.node().data().content(), {}));
  CHECK(report.damaged.empty());
  auto lease = MUST(node.node().data().database().Read());
  auto rows = lease->Query("PRAGMA integrity_check");
  REQUIRE(rows.Next());
  CHECK(rows.Text(0) == "ok");
}

}  // namespace

TEST_CASE("AFullDiskRefusesUploadsServesReadsAndRecoversWithoutARestart") {
  SmallDisk disk;
  if (!disk.mounted()) {
    WARN("not run: mounting a tmpfs is not allowed here");
    return;
  }
  TestNode node([&](Config& config) { config.data = disk.path(); });
  const auto ada = node.NewUser("ada");
  node.Create(ada, "m");
  const std::string kept = NoiseText(300000, 1);
  node.CommitLfs(ada, "ada/m", "kept.bin", kept);
  CHECK(node.Get("/healthz").status == 200);

  disk.Fill();
  for (const std::uint64_t seed : {2u, 3u}) {
    const auto refused = Upload(node, ada, NoiseText(2u << 20, seed));
    INFO(refused.body);
    CHECK(refused.status == 507);
    CHECK(refused.body.find("space") != std::string::npos);
  }
  const auto commit = node.Send(
      {"POST",
       "/api/models/ada/m/commit/main",
       ada,
       {},
       CommitBody(
           "x", Json::array(
                    {{{"key", "file"},
                      {"value", {{"path", "a"}, {"content", "eA=="}, {"encoding", "base64"}}}}}))});
  INFO(commit.body);
  CHECK(commit.status == 507);
  CHECK(node.Get("/ada/m/resolve/main/kept.bin").body == kept);
  node.clock().Advance(2000);
  const auto sick = node.Get("/healthz");
  INFO(sick.body);
  CHECK(sick.status == 503);

  disk.Free();
  node.clock().Advance(2000);
  CHECK(node.Get("/healthz").status == 200);
  const std::string added = NoiseText(2u << 20, 2);
  node.CommitLfs(ada, "ada/m", "added.bin", added);
  node.Commit(ada, "ada/m", {{"a", "x"}});
  CHECK(node.Get("/ada/m/resolve/main/added.bin").body == added);
  CheckNothingDamaged(node);
  node.Restart();
  CHECK(node.Get("/ada/m/resolve/main/kept.bin").body == kept);
  CHECK(node.Get("/ada/m/resolve/main/added.bin").body == added);
  CheckNothingDamaged(node);
}

// Reading a page of a mapping that the disk cannot give ends a process with SIGBUS. The file is
// cut short under its mapping, which does the same.
TEST_CASE("APackThatEndsUnderItsMappingBreaksTheDownloadAndNotTheNode") {
  TestNode node;
  const auto ada = node.NewUser("ada");
  node.Create(ada, "m");
  const std::string content = NoiseText(1u << 20, 4);
  node.CommitLfs(ada, "ada/m", "model.bin", content);
  auto& packs = *node.node().data().content().core().packs;
  MUST(packs.SealIdle());
  const std::string target = "/ada/m/resolve/main/model.bin";
  REQUIRE(node.Get(target).body == content);  // now it is mapped
  for (const auto id : packs.SealedIds()) {
    std::filesystem::resize_file(storage::PathsOf(packs.directory(), id).sealed, 4096);
  }
  for (const char* range :
       {"bytes=0-", "bytes=500000-500099", "bytes=500000-530000", "bytes=500000-900000"}) {
    INFO(range);
    RawClient client(node.node().port(), false);
    client.Send("GET " + target + " HTTP/1.1\r\nHost: hub.test\r\nRange: " + range + "\r\n\r\n");
    const auto broken = client.Read();
    CHECK(broken.body.size() < 100000);
    CHECK(broken.status == 0);
  }
  CHECK(node.Get("/api/models/ada/m").status == 200);
}
