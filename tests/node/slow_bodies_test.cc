// Large bodies that come slowly, and work that goes on for long: others wait for neither for ever.

#include <chrono>

#include "storage/content/file_offer.h"
#include "tests/node/writing_node.h"
#include "tests/support/chunks.h"

using namespace banyan;
using namespace banyan::node;

namespace {

struct Fixture : WritingNode {
  explicit Fixture(const std::function<void(Config&)>& change = nullptr) : WritingNode(change) {
    Create(alice, "big");
  }
  const std::string sessions = "/api/banyan/v0/models/alice/big/sessions";

  std::string Head(const std::string& target, const std::string& token, std::size_t size) const {
    return "POST " + target + " HTTP/1.1\r\nHost: hub.test\r\nAuthorization: Bearer " + token +
           "\r\nContent-Length: " + std::to_string(size) + "\r\n\r\n";
  }
};

}  // namespace

TEST_CASE("WhoSendsALargeBodySlowlyHoldsUpOnlyOtherLargeOnes") {
  Fixture f([](Config& config) { config.http_body_memory = {1u << 20}; });
  const std::string preupload = "/api/models/alice/big/preupload/main";
  const std::size_t large = 1u << 20;
  auto slow = std::make_unique<RawClient>(f.node().port(), false);
  slow->Send(f.Head(preupload, f.alice, large) + std::string(1000, ' '));
  SystemClock().SleepMs(500);
  RawClient other(f.node().port(), false);
  other.Send(f.Head("/api/validate-yaml", f.bob, 200'000) + std::string(200'000, ' '));
  CHECK(other.ReadSome(1, 500).empty());  // it waits
  CHECK(f.Post("/api/validate-yaml", "", {{"content", "# x\n"}}).status == 200);
  slow.reset();
  CHECK(other.Read().status == 400);
}

TEST_CASE("WhoSendsAPushSlowlyHoldsUpNoOther") {
  WritingNode f([](Config& config) { config.git_processes = 1; });
  f.Create(f.alice, "big");
  f.Create(f.bob, "other");
  const std::string type = "application/x-git-receive-pack-request";
  std::vector<std::unique_ptr<RawClient>> slow;
  for (int i = 0; i < 6; ++i) {
    slow.push_back(std::make_unique<RawClient>(f.node().port(), false));
    slow.back()->Send("POST /bob/other/git-receive-pack HTTP/1.1\r\nHost: hub.test\r\n" +
                      ("Authorization: Bearer " + f.bob) + "\r\nContent-Type: " + type +
                      "\r\nContent-Length: 1000\r\n\r\n00");
  }
  SystemClock().SleepMs(500);
  const auto pushed =
      f.Send({"POST", "/alice/big/git-receive-pack", f.alice, {{"Content-Type", type}}, "0000"});
  CHECK(pushed.status == 200);
  const auto listed = f.Get("/bob/other/info/refs?service=git-receive-pack", f.bob);
  CHECK(listed.status == 200);
}

TEST_CASE("TakingAnOfferEndsWhenTheNodeStops") {
  Fixture f;
  const auto begun = f.Send({"POST", f.sessions, f.alice, {}, {}}).Parsed();
  const std::string session = f.sessions + "/" + begun["session"].get<std::string>();
  const Bytes data(128u << 10, 'x');
  const storage::ChunkRef chunk{storage::HashChunk(data), static_cast<std::uint32_t>(data.size())};
  const auto batch = tests::Batch(data, {chunk}, {true});
  REQUIRE(f.Send({"POST", session + "/chunks", f.alice, {}, std::string(AsText(batch))}).status ==
          200);
  // 32 GiB, by their list.
  const storage::OfferedFile file{Sha256(), data.size() << 18,
                                  storage::ChunkList(std::size_t{1} << 18, chunk)};
  const auto offer = storage::EncodeOffer({&file, 1});
  REQUIRE(f.Send({"POST", session + "/offers", f.alice, {}, std::string(AsText(offer))}).status ==
          201);
  RawClient client(f.node().port(), false);
  client.Send(f.Head(session + "/offers/1/take", f.alice, 0));
  SystemClock().SleepMs(1000);
  const auto start = std::chrono::steady_clock::now();
  f.node().Stop(0);
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(15));
}
