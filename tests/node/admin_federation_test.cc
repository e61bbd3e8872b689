// Two nodes of two operators: what they see of each other, and what they are told when it fails.
#include "node/own_log.h"
#include "storage/content/pack_store.h"
#include "tests/node/admin_node.h"
#include "tests/node/signing_node.h"

using namespace banyan;
using namespace banyan::node;

namespace {

std::string UrlOf(AdminNode& node) {
  return "http://127.0.0.1:" + std::to_string(node.node().port());
}

std::string IdOf(AdminNode& node) {
  MUST(node.node().own_log().Update());
  return node.Get("/fed/info").Parsed()["node"];
}

// Without a restart.
void ChangePolicy(AdminNode& node, const std::string& text) {
  MUST(WriteFileDurably(DiskFileSystem(), node.directory() + "/policy.toml", AsBytes(text)));
}

void WithoutUrl(Config& config) { config.public_url = ""; }

// `mirror` follows all that `origin` publishes.
struct Pair {
  AdminNode origin;
  AdminNode mirror{WithoutUrl};
  Pair() {
    origin.Create(origin.alice, "model");
    origin.Commit(origin.alice, "alice/model", {{"w.txt", "one"}});
    mirror.Done("peers/add", {{"address", UrlOf(origin)}});
    mirror.Done("follow", {{"rule", IdOf(origin)}});
  }
  Json Origin() { return mirror.Result("sync")["origins"][0]; }
};

}  // namespace

// The clock stands, so that no job has its turn.
TEST_CASE("WhatHasJustChangedIsAmongTheHeadsThatAPeerIsTold") {
  Pair p;
  const int size = p.Origin()["size"];
  const auto stated = p.origin.Call("PUT", "/api/models/alice/model/standing",
                                    {{"status", "removed"}, {"reason", "court"}}, p.origin.alice);
  REQUIRE(stated.status == 200);
  int now = size;  // a loaded machine may take longer than a peer is let wait
  for (int i = 0; i < 20 && now == size; ++i) now = p.Origin()["size"];
  CHECK(now > size);
}

TEST_CASE("SyncReadsThePolicyAgain") {
  Pair p;
  CHECK(p.Origin()["selected"] == 1);
  ChangePolicy(p.mirror, "[[select]]\nkind = \"datasets\"\n");
  const auto origin = p.Origin();
  CHECK(origin["selected"] == 0);  // followed, and not wanted
  CHECK(origin["mirrored"] == 1);  // it stays as it was
  ChangePolicy(p.mirror, "[[select]]\nkind = \"dataset\"\n");
  CHECK(p.mirror.Failure("sync", {{"dry_run", true}}) == "Invalid");
  const auto problem = p.mirror.Result("sync")["policy_problem"].get<std::string>();
  CHECK(problem.find("expected models or datasets") != std::string::npos);
}

TEST_CASE("SyncMendsWhatTheDiskOfAMirrorDamaged") {
  Pair p;
  Json origin = p.Origin();
  for (int i = 0; i < 20 && origin["mirrored"] != 1; ++i) origin = p.Origin();
  auto& packs = *p.mirror.node().data().content().core().packs;
  MUST(packs.SealIdle());
  storage::Term place;
  {
    auto lease = MUST(p.mirror.database().Read());
    place = MUST(storage::FindFile(*lease, HashSha256(AsBytes("one"))))->recipe.terms.at(0);
  }
  const auto offset = MUST(packs.Get(place.pack))->entry(place.first).offset;
  const auto path = storage::PathsOf(packs.directory(), place.pack).sealed;
  MUST(MUST(DiskFileSystem().Open(path, OpenMode::ReadWrite))->WriteAt(offset, AsBytes("x")));
  REQUIRE(p.mirror.Result("scrub")["damaged_files"].size() == 1);
  const auto damage = [&]() -> Json {
    const auto report = p.mirror.Result("doctor");
    for (const auto& finding : report["findings"]) {
      if (finding["what"] == "damage") return finding;
    }
    return nullptr;
  };
  CHECK(damage()["verdict"] == "bad");
  CHECK(damage()["text"].get<std::string>().find("`banyan sync`") != std::string::npos);
  for (int i = 0; i < 20 && damage()["verdict"] != "good"; ++i) p.Origin();
  CHECK(damage()["verdict"] == "good");
  CHECK(p.mirror.Result("scrub")["damaged_files"].empty());
}

TEST_CASE("ANodeIsNoPeerOfItself") {
  AdminNode node(WithoutUrl);
  const auto id = IdOf(node);
  CHECK(node.Refused("peers/add", {{"address", UrlOf(node)}}) == 400);  // it answered so
  CHECK(node.Refused("peers/add", {{"address", id}}) == 400);
  CHECK(node.Done("peers/list").empty());
  AdminNode named;
  CHECK(named.Refused("peers/add", {{"address", TestNode::kPublicUrl}}) == 400);
}

TEST_CASE("WhoIsRefusedIsToldWhatTheOtherOperatorCanDo") {
  AdminNode called(WithoutUrl);
  AdminNode caller(WithoutUrl);
  const auto id = IdOf(caller);
  const auto hint = [&](const Json& text, const std::string& key) {
    const auto problem = text.get<std::string>();
    INFO(problem);
    return problem.find("status 404; it") != problem.npos && problem.find(key) != problem.npos &&
           problem.find(id) != problem.npos;
  };
  const auto pushed = caller.Done("peers/add", {{"address", UrlOf(called)}, {"push", true}});
  CHECK(hint(pushed["push_problem"], "accept_from"));
  AdminNode closed(WithoutUrl);
  WritePolicy(closed, "readers = []\n");
  CHECK(hint(caller.Done("peers/add", {{"address", UrlOf(closed)}})["problem"], "readers"));
}
