// A guess of what another account keeps private is answered like any other guess.

#include "storage/content/content_session.h"
#include "storage/content/merkle.h"
#include "tests/node/writing_node.h"
#include "tests/support/chunks.h"
#include "tests/support/xet.h"

using namespace banyan;
using namespace banyan::node;
using banyan::tests::Batch;
using banyan::tests::Cut;

namespace {

struct Fixture : WritingNode {
  Fixture() {
    Create(alice, "secret", {{"private", true}});
    Create(bob, "mine", {{"private", true}});
  }

  std::string XetToken(const std::string& token, const std::string& id) {
    const auto reply = Get("/api/models/" + id + "/xet-write-token/main", token);
    REQUIRE(reply.status == 200);
    return reply.Parsed()["accessToken"];
  }
  // Bob sends it chunk by chunk, as it is, and commits it.
  void PushRaw(const std::string& name, const Bytes& data) {
    const storage::SessionOwner owner{Number("SELECT id FROM namespace WHERE name = 'bob'"),
                                      Number("SELECT id FROM repository WHERE name = 'mine'")};
    const auto session =
        MUST(storage::ContentSession::Begin(node().data().content(), SystemRandom(), owner));
    const auto chunks = Cut(data);
    MUST(session->Put(Batch(data, chunks, std::vector<bool>(chunks.size(), true))));
    const auto sha256 = HashSha256(data);
    MUST(session->Assemble(chunks, {sha256, data.size()}));
    REQUIRE(SendCommit("bob/mine", HeaderLine() + LfsLine(name, sha256), bob).status == 200);
  }
  std::size_t DataBytes(const Bytes& data, const std::string& token) {
    const auto hash = storage::HashFile(Cut(data)).ToString();
    const auto reply = Get("/fed/f/" + hash + "/data/0?encodings=0,1,2,3", token);
    REQUIRE(reply.status == 200);
    return reply.body.size();
  }
};

}  // namespace

TEST_CASE("TheRightGuessOfAPrivateFileIsShownLikeTheWrongOnes") {
  Fixture hub;
  Bytes guesses;
  storage::ChunkList chunks;
  for (int pin = 0; pin < 100; ++pin) {
    const std::string text = "pin: " + std::to_string(1000 + pin) + "\n";
    if (pin == 42) hub.Commit(hub.alice, "alice/secret", {{"secrets.yaml", text}});
    guesses.insert(guesses.end(), text.begin(), text.end());
    chunks.push_back({storage::HashChunk(AsBytes(text)), static_cast<std::uint32_t>(text.size())});
  }
  const auto token = hub.XetToken(hub.bob, "bob/mine");
  const auto body = tests::XorbBody(guesses, chunks, storage::XorbScheme::None);
  const auto hash = storage::HashXorb(chunks);
  REQUIRE(hub.Send({"POST",
                    "/xet/v1/xorbs/default/" + hash.ToString(),
                    token,
                    {},
                    std::string(AsText(body))})
              .status == 200);
  for (const std::size_t asked : {std::size_t{3}, std::size_t{42}, std::size_t{99}}) {
    const auto reply = hub.Get("/xet/v1/chunks/default/" + chunks[asked].id.ToString(), token);
    REQUIRE(reply.status == 200);
    std::vector<XorbHash> xorbs;
    MUST(storage::ReadShard(tests::InPieces(AsBytes(reply.body)),
                            [&](const XorbHash& found, const storage::ChunkList&) {
                              xorbs.push_back(found);
                              return Ok();
                            }));
    CHECK(xorbs == std::vector<XorbHash>{hash});
  }
}

TEST_CASE("AFileIsSentInTheEncodingOfItsOwnUpload") {
  Fixture hub;
  const Bytes had(20'000, 'a');
  const Bytes later(20'000, 'b');
  const Bytes never(20'000, 'c');
  const auto commit = [&](const Bytes& data, const std::string& name) {
    const std::string text(AsText(data));
    hub.Commit(hub.alice, "alice/secret", {{name, text}});
  };
  commit(had, "had.txt");
  hub.PushRaw("had.bin", had);
  hub.PushRaw("later.bin", later);
  hub.PushRaw("never.bin", never);
  commit(later, "later.txt");
  CHECK(hub.DataBytes(never, hub.bob) > never.size());
  CHECK(hub.DataBytes(had, hub.bob) == hub.DataBytes(never, hub.bob));
  CHECK(hub.DataBytes(later, hub.bob) == hub.DataBytes(never, hub.bob));
  CHECK(hub.DataBytes(had, hub.alice) < had.size() / 10);
  CHECK(hub.DataBytes(later, hub.alice) < later.size() / 10);
}
