// Uploading chunk by chunk: what it takes of the quota. The routes themselves: node/api/chunks.md.

#include "storage/content/collector.h"
#include "storage/content/file_offer.h"
#include "tests/node/writing_node.h"
#include "tests/support/chunks.h"
#include "tests/support/store_fixture.h"

using namespace banyan;
using namespace banyan::node;
using banyan::tests::Cut;
using banyan::tests::CutEvenly;
using banyan::tests::Noise;

namespace {

std::string Text(const Bytes& bytes) { return std::string(AsText(bytes)); }

struct Fixture : WritingNode {
  Fixture() : WritingNode([](Config& config) { config.quota_default = {1'000'000}; }) {
    Create(alice, "tiny");
  }

  const std::string sessions = "/api/banyan/v0/models/alice/tiny/sessions";
  std::string Begin() {
    const auto reply = Send({"POST", sessions, alice, {}, ""});
    REQUIRE(reply.status == 201);
    return sessions + "/" + reply.Parsed()["session"].get<std::string>();
  }
  Reply Offer(const std::string& session, const std::vector<storage::OfferedFile>& files) {
    return Send({"POST", session + "/offers", alice, {}, Text(storage::EncodeOffer(files))});
  }
  Reply SendChunks(const std::string& session, const Bytes& data) {
    return SendChunks(session, data, Cut(data));
  }
  Reply SendChunks(const std::string& session, const Bytes& data,
                   const storage::ChunkList& chunks) {
    const std::vector<bool> all(chunks.size(), true);
    return Send({"POST", session + "/chunks", alice, {}, Text(tests::Batch(data, chunks, all))});
  }
  Reply Take(const std::string& session, int number) {
    const auto path = session + "/offers/" + std::to_string(number) + "/take";
    return Send({"POST", path, alice, {}, ""});
  }
};

}  // namespace

TEST_CASE("OffersAreBoundedByTheQuota") {
  Fixture hub;
  // Of files of a byte each.
  std::vector<storage::OfferedFile> files;
  for (std::size_t i = 0; i < 5'000; ++i) {
    files.push_back({HashSha256(AsBytes(std::to_string(i))),
                     1,
                     {{storage::HashChunk(AsBytes(std::to_string(i))), 1}}});
  }
  const std::size_t offer_bytes = storage::EncodeOffer(files).size();
  REQUIRE(offer_bytes > 390'000);
  std::string session = hub.Begin();
  REQUIRE(hub.Offer(session, files).status == 201);
  REQUIRE(hub.Offer(session, files).status == 201);
  const auto refused = hub.Offer(session, files);
  CHECK(refused.status == 413);
  CHECK(refused.body.find("finish the uploads") != std::string::npos);
  CHECK(hub.Offer(hub.Begin(), files).status == 413);  // nor in another session
  CHECK(hub.Send({"DELETE", session, hub.alice, {}, ""}).status == 204);
  CHECK(hub.Offer(hub.Begin(), files).status == 201);
}

TEST_CASE("WhatIsOfferedNeedsItsRoomWhenItIsTaken") {
  Fixture hub;
  const std::string session = hub.Begin();
  const Bytes first = Noise(600'000, 1);
  for (const Bytes& data : {first, Noise(700'000, 2)}) {
    REQUIRE(hub.Offer(session, {{HashSha256(data), data.size(), Cut(data)}}).status == 201);
  }
  REQUIRE(hub.SendChunks(session, first).status == 200);
  CHECK(hub.Take(session, 1).body.find("done") != std::string::npos);
  CHECK(hub.Take(session, 2).status == 413);
  CHECK(hub.Take(session, 1).body.find("done") != std::string::npos);  // which is here
}

TEST_CASE("WhatASessionTookIsChargedThoughItEnds") {
  Fixture hub;
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    const std::string session = hub.Begin();
    CHECK(hub.SendChunks(session, Noise(400'000, seed)).status == (seed < 3 ? 200 : 413));
    CHECK(hub.Send({"DELETE", session, hub.alice, {}, ""}).status == 204);
  }
}

TEST_CASE("WhatIsStoredAnewNeedsRoomForWhatIsLoose") {
  Fixture hub;
  const std::string session = hub.Begin();
  const Bytes other = Noise(300'000, 1);
  const Bytes same = Noise(200'000, 2);
  const auto cut = CutEvenly(other, 10'000);
  REQUIRE(hub.Offer(session, {{HashSha256(other), other.size(), cut}}).status == 201);
  REQUIRE(hub.Offer(session, {{HashSha256(same), same.size(), Cut(same)}}).status == 201);
  REQUIRE(hub.SendChunks(session, other, cut).status == 200);
  REQUIRE(hub.SendChunks(session, same).status == 200);
  hub.BreakOff("alice/tiny", Noise(600'000, 3));  // more than there was room for
  const std::string refused = hub.Take(session, 1).body;
  CHECK(refused.find("\"TooLarge\"") != std::string::npos);
  CHECK(refused.find("finish the uploads") != std::string::npos);
  CHECK(hub.Number("SELECT count(*) FROM repository_file WHERE committed = 0") == 0);
  // What is only put together lets go of its places.
  CHECK(hub.Take(session, 2).body.find("done") != std::string::npos);
  MUST(storage::Collect(hub.node().data().content(), {}));
  CHECK(hub.Take(session, 1).body.find("done") != std::string::npos);
}

TEST_CASE("AnotherCutThatJustFitsIsStoredAnew") {
  Fixture hub;
  const std::string session = hub.Begin();
  const auto used = hub.Number("SELECT used_bytes FROM namespace WHERE name = 'alice'");
  const auto room = static_cast<std::size_t>(1'000'000 - used - 4'096);  // beside the offer
  const Bytes data = Noise(room, 4);
  const auto cut = CutEvenly(data, 10'000);
  REQUIRE(hub.Offer(session, {{HashSha256(data), data.size(), cut}}).status == 201);
  REQUIRE(hub.SendChunks(session, data, cut).status == 200);
  CHECK(hub.SendChunks(session, Noise(1, 5)).status == 413);
  CHECK(hub.Take(session, 1).body.find("done") != std::string::npos);
}
