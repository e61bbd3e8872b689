// What a node brings to another that asks: as much as that one could read here, and nothing else.
#include "node/local_answer.h"

#include "federation/transfer/object_list.h"
#include "node/http/router.h"
#include "node/own_log.h"
#include "tests/node/writing_node.h"
#include "tests/support/store_fixture.h"

using namespace banyan;
using namespace banyan::node;
using federation::Want;

namespace {

const federation::NodeId kAsker{federation::HashLeaf(AsBytes("asker"))};
const std::string kUnknownHash = std::string(63, '0') + "1";

struct Fixture : WritingNode {
  PolicyFile policy{DiskFileSystem(), directory() + "/policy.toml", PolicyFile::Missing::Fine};
  Config config;
  PeerGate gate{{clock(), config, database(), policy}};
  LocalAnswer answers{node().router(), gate};

  struct Given {
    int status = 0;
    std::string body;
    std::size_t parts = 0;
  };
  Given Give(const Want& want) const {
    Given given;
    MUST(answers.Give(kAsker, want, [&](const AnswerPart& part, std::string body) {
      given.status = part.status;
      if (part.status == 200) {
        CHECK(part.offset == given.body.size());
        CHECK(body.size() <= kMaxAnswerPartBytes);
        CHECK((body.size() >= kMinAnswerPartBytes || part.offset + body.size() == part.size_bytes));
      }
      given.body += body;
      ++given.parts;
      return Ok();
    }));
    return given;
  }
  Given Give(const std::string& path) const { return Give(Want{1, path, {}, 1u << 30, {}}); }
};

}  // namespace

TEST_CASE("AWantIsAnsweredAsTheRouteWould") {
  Fixture f;
  MUST(f.node().own_log().Update());
  const auto info = f.Give("/fed/info");
  CHECK(info.status == 200);
  CHECK(info.body == f.Get("/fed/info").body);
  CHECK(f.Give("/fed/heads?since=nonsense").status == 400);
  const auto heads = f.Give("/fed/heads");
  const auto journal = heads.body.substr(8, heads.body.find('\n') - 8);
  const auto space = journal.find(' ');
  const auto since = journal.substr(0, space) + "," + journal.substr(space + 1);
  CHECK(f.Give("/fed/heads?since=" + since).status == 204);
}

TEST_CASE("AnAnswerIsCutIntoParts") {
  Fixture f;
  f.Create(f.alice, "open");
  const std::string content(AsText(tests::Noise(9u << 20, 7)));
  f.CommitLfs(f.alice, "alice/open", "w.bin", content);
  std::string hash;
  {
    auto lease = MUST(f.database().Read());
    hash = MUST(storage::FindFile(*lease, HashSha256(AsBytes(content))))->hash.ToString();
  }
  const auto path = "/fed/f/" + hash + "/data/0";
  const auto whole = f.Get(path);
  REQUIRE(whole.status == 200);
  const auto given = f.Give(path);
  CHECK(given.status == 200);
  CHECK(given.parts == 3);
  CHECK(given.body == whole.body);
  const auto range = f.Give(Want{1, path, {}, 5'000'000, Want::Range{1000, 5'000'000}});
  CHECK(range.parts == 2);
  CHECK(range.body == whole.body.substr(1000, 5'000'000));
  CHECK(f.Give(Want{1, path, {}, 10, Want::Range{1u << 30, 10}}).status == 416);
}

TEST_CASE("ObjectsAreGivenAsAPostGivesThem") {
  Fixture f;
  f.Create(f.alice, "open");
  f.Commit(f.alice, "alice/open", {{"a.txt", "a"}});
  MUST(f.node().own_log().Update());
  const auto revision = f.Get("/api/banyan/v0/models/alice/open/revision/main", f.alice).Parsed();
  const auto there = MUST(Sha256::Parse(revision["manifest"].get<std::string>()));
  const auto absent = MUST(Sha256::Parse(kUnknownHash));
  const auto given = f.Give(Want{1, "", {there, absent}, 1u << 20, {}});
  CHECK(given.status == 200);
  const auto objects = MUST(federation::ParseObjects(AsBytes(given.body), 2));
  REQUIRE(objects.size() == 2);
  REQUIRE(objects[0].has_value());
  CHECK(HashSha256(*objects[0]) == there);
  CHECK_FALSE(objects[1].has_value());
  // More than the asker takes is broken off here.
  CHECK(f.Give(Want{1, "", {there, absent}, 10, {}}).status == 503);
}

TEST_CASE("Attack21WhatIsPrivateIsNotBroughtToAnybody") {
  Fixture f;
  f.Create(f.alice, "secret", {{"private", true}});
  f.CommitLfs(f.alice, "alice/secret", "w.bin", "sixteen weights!");
  MUST(f.node().own_log().Update());
  std::string hash;
  {
    auto lease = MUST(f.database().Read());
    const auto file = MUST(storage::FindFile(*lease, HashSha256(AsBytes("sixteen weights!"))));
    hash = file->hash.ToString();
  }
  const auto revision = f.Get("/api/banyan/v0/models/alice/secret/revision/main", f.alice);
  const std::string manifest = revision.Parsed()["manifest"];
  const auto never = f.Give("/fed/o/" + kUnknownHash);
  CHECK(never.status == 404);
  for (const auto& path : {"/fed/o/" + manifest, "/fed/o/" + manifest + "?root=" + manifest,
                           "/fed/f/" + hash + "/outline", "/fed/f/" + hash + "/section/0",
                           "/fed/f/" + hash + "/data/0"}) {
    INFO(path);
    CHECK(f.Give(path).status == 404);
    CHECK(f.Give(path).body == never.body);
  }
  const auto given = f.Give(Want{1, "", {MUST(Sha256::Parse(manifest))}, 1u << 20, {}});
  CHECK(given.body == "\xff\xff\xff\xff");
}

TEST_CASE("Attack9AWantReachesNothingButTheTreeOfFiles") {
  Fixture f;
  f.Create(f.alice, "open");
  for (const auto* path :
       {"/fed/wants", "/fed/wants?anew=true", "/fed/nothing", "/fed/", "/fed/../api/models",
        "/fed/%2e%2e/api/models", "/fed/./info", "/fed/o", "/fed//info", "/fed/info/"}) {
    INFO(path);
    const auto status = f.Give(path).status;
    CHECK((status == 404 || status == 400 || status == 405));
  }
}

TEST_CASE("APrivateFederationBringsNothingToWhomItDoesNotName") {
  Fixture f;
  MUST(f.node().own_log().Update());
  const auto write = [&](const std::string& text) {
    MUST(WriteFileDurably(DiskFileSystem(), f.directory() + "/policy.toml", AsBytes(text)));
    MUST(f.policy.Read());
  };
  CHECK(f.Give("/fed/info").status == 200);
  write("readers = []\n");
  CHECK(f.Give("/fed/info").status == 404);
  write("readers = \"" + kAsker.ToString() + "\"\n");
  CHECK(f.Give("/fed/info").status == 200);
}
