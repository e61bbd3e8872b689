// Bundles as operators make and take them: since what, and where they go on.
#include "node/head_metadata.h"
#include "node/own_log.h"
#include "tests/node/admin_node.h"

using namespace banyan;
using namespace banyan::node;

namespace {

constexpr std::int64_t kCardPauseMs = 61'000;  // longer than between two cards of a repository

// `origin` publishes, and `mirror` has what was carried to it.
struct Carried {
  TempDirectory disk;
  AdminNode origin;
  AdminNode mirror;

  Carried() {
    origin.Create(origin.alice, "model");
    Push("one");
  }
  void Push(const std::string& text) {
    origin.Commit(origin.alice, "alice/model", {{text + ".txt", text}});
    origin.clock().Advance(kCardPauseMs);
    MUST(DescribeHeads(origin.database(), origin.node().data().content()));
    MUST(origin.node().own_log().Update());
  }
  Json Export(const std::string& name, const std::string& since = {}) {
    Json wish{{"target", disk.Join(name)}};
    if (!since.empty()) wish["since"] = since;
    return origin.Result("bundle/export", wish);
  }
  std::string Refusal(const std::string& since) {
    return origin.Failure("bundle/export", {{"target", disk.Join("none")}, {"since", since}});
  }
  Json Import(const std::string& name) {
    return mirror.Result("bundle/import", {{"source", disk.Join(name)}, {"follow", true}});
  }
  // Of the mirror's only model.
  std::string Read(const std::string& file) {
    const auto models = mirror.Get("/api/models").Parsed();
    REQUIRE(models.size() == 1);
    return mirror.Get("/" + models[0]["id"].get<std::string>() + "/resolve/main/" + file).body;
  }
  std::string Write(const std::string& name, const std::string& text) {
    MUST(WriteFileDurably(DiskFileSystem(), disk.Join(name), AsBytes(text)));
    return disk.Join(name);
  }
};

}  // namespace

TEST_CASE("WhatWasCarriedGoesOnFromAHead") {
  Carried c;
  c.Export("first");
  const auto size = c.Import("first")["origins"][0]["size"].get<std::uint64_t>();
  c.Push("two");
  const auto news = c.Export("news", std::to_string(size));
  CHECK(news["files"] == 1);
  CHECK(c.Export("same", "0:" + std::to_string(size))["files"] == 1);
  const auto status = c.Import("news");
  CHECK(status["origins"][0]["size"].get<std::uint64_t>() > size);
  CHECK(c.Read("two.txt") == "two");
  CHECK(c.Read("one.txt") == "one");
  AdminNode stranger;
  CHECK(stranger.Failure("bundle/import", {{"source", c.disk.Join("news")}, {"follow", true}}) ==
        "Invalid");
  CHECK(stranger.Done("federation")["origins"].empty());  // nor is anybody followed
}

TEST_CASE("AnExportSaysHowLargeItsPartsAre") {
  Carried c;
  c.origin.CommitLfs(c.origin.alice, "alice/model", "large.bin", RandomText(3u << 20, 7));
  c.Push("two");
  const auto split = c.origin.Result(
      "bundle/export", {{"target", c.disk.Join("split.banyan")}, {"part_bytes", 1u << 20}});
  CHECK(split["parts"] > 1);
  CHECK(split["largest_part_bytes"] > (3u << 20));  // a piece of a file is in one part
  const auto whole = c.Export("whole.banyan");
  CHECK(whole["parts"] == 1);
  const auto stat = MUST(DiskFileSystem().Stat(c.disk.Join("whole.banyan")));
  CHECK(whole["largest_part_bytes"] == stat.size_bytes);
  CHECK(c.Export("folder")["parts"] == 0);
}

TEST_CASE("TheFileOfACheckpointIsAHead") {
  Carried c;
  const std::string id = c.origin.Get("/fed/info").Parsed()["node"];
  const auto path = c.Write("head", c.origin.Get("/fed/" + id + "/0/checkpoint").body);
  c.Push("two");
  CHECK(c.Export("news", path)["files"] == 1);
  AdminNode other;
  CHECK(other.Failure("bundle/export", {{"target", c.disk.Join("none")}, {"since", path}}) ==
        "Invalid");  // it holds no such log
}

TEST_CASE("WhatIsNeitherABundleNorAHeadIsRefused") {
  Carried c;
  for (const auto* since : {"12x", "5:7:9", ":", "1:", ":1", "-1", "99999", "7:1", "folder"}) {
    INFO(since);
    CHECK(c.Refusal(since) == "Invalid");
  }
  CHECK(c.Refusal(c.Write("junk", "no checkpoint\n")) == "Invalid");
  CHECK(c.Refusal(c.disk.Join("absent")) == "NotFound");
}
