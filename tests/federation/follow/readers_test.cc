// Several peers show one log: it is read from one of them.

#include "federation/follow/reader_book.h"

#include "tests/federation/follow/follow_fixture.h"

using namespace banyan;
using namespace banyan::federation;
using namespace banyan::federation::testing;

namespace {

constexpr int kRepositories = 1500;

FakeOrigin LongOrigin() {
  FakeOrigin origin(1);
  for (int i = 0; i < kRepositories; ++i) origin.Publish("r" + std::to_string(i));
  return origin;
}

// Of peers whose answers come when the test gives them.
struct Asks {
  FollowFixture& f;
  std::map<std::int64_t, std::deque<Ask>> of;  // peers that have not answered yet

  void Step(const Input& input) {
    for (const auto& output : MUST(f.service->Step(f.now_ms, input))) {
      if (const auto* ask = std::get_if<Ask>(&output)) of[ask->peer].push_back(*ask);
    }
  }
  // Gives answers of that peer until it is asked nothing more, or asked for entries.
  void AnswerUntilEntries(std::int64_t peer) { Answer(peer, "/tile/"); }
  void AnswerAll(std::int64_t peer) { Answer(peer, "nothing"); }
  bool IsAskedForEntries(std::int64_t peer) {
    return !of[peer].empty() && of[peer].front().path.find("/tile/") != std::string::npos;
  }

 private:
  void Answer(std::int64_t peer, const std::string& until) {
    while (!of[peer].empty() && of[peer].front().path.find(until) == std::string::npos) {
      const auto ask = of[peer].front();
      of[peer].pop_front();
      Step(f.PeerAt(peer).Give(ask));
    }
  }
};

}  // namespace

TEST_CASE("OneOfSeveralPeersIsAskedForALog") {
  const auto a = LongOrigin();
  std::uint64_t of_one = 0;
  for (const std::size_t count : {1u, 4u}) {
    std::vector<FakePeer> peers(count, FakePeer(a));
    FollowFixture f;
    for (auto& peer : peers) f.AddPeer(peer);
    f.Follow(a);
    f.Round();
    CHECK(f.HeldSize(a) == a.entries.size());
    CHECK(f.Count("SELECT count(*) FROM repository_card WHERE meta IS NOT NULL") == kRepositories);
    std::uint64_t asked = 0;
    for (std::size_t i = 0; i < count; ++i) {
      asked += peers[i].asked;
      CHECK(f.PeerOf(i).problem.empty());
    }
    if (count == 1) of_one = asked;
    CHECK(asked <= of_one + 2 * (count - 1));  // who it is, and its heads
  }
}

TEST_CASE("AnotherPeerIsAskedWhenTheFirstOneFails") {
  const auto a = LongOrigin();
  FakePeer wrong(a);
  FakePeer right(a);
  wrong.spoil = [](const std::string& path, Bytes& body) {
    if (path.find("/tile/entries/003") != std::string::npos) body[40] ^= 1;
  };
  FollowFixture f;
  f.AddPeer(wrong);
  f.AddPeer(right);
  f.Follow(a);
  f.Round();
  CHECK(f.HeldSize(a) == a.entries.size());
  CHECK_FALSE(f.PeerOf(0).problem.empty());
  CHECK(f.PeerOf(1).problem.empty());
}

TEST_CASE("Attack13APeerThatDoesNotGetOnHoldsUpNobodyForLong") {
  const auto a = LongOrigin();
  FakePeer slow(a);
  FakePeer fast(a);
  FollowFixture f;
  f.AddPeer(slow);
  f.AddPeer(fast);
  f.Follow(a);
  const auto first = f.peers.begin()->first;
  const auto second = f.peers.rbegin()->first;
  Asks asks{f, {}};
  asks.Step(Tick());
  asks.AnswerUntilEntries(first);
  asks.AnswerUntilEntries(second);
  REQUIRE(asks.IsAskedForEntries(first));
  CHECK_FALSE(asks.IsAskedForEntries(second));
  f.now_ms += kReaderPatienceMs - 1;
  asks.Step(Tick());
  CHECK_FALSE(asks.IsAskedForEntries(second));
  f.now_ms += 1;
  asks.Step(Tick());
  REQUIRE(asks.IsAskedForEntries(second));
  asks.AnswerAll(second);
  CHECK(f.HeldSize(a) == a.entries.size());
  asks.AnswerAll(first);  // late, and no harm
  CHECK(f.HeldSize(a) == a.entries.size());
  CHECK(f.PeerOf(0).problem.empty());
}

TEST_CASE("AReaderThatGetsOnIsWaitedFor") {
  ReaderBook book;
  const ReaderBook::Part log(1, ReaderBook::What::Log);
  CHECK(book.Begin(log, 7, 0) == ReaderBook::Turn::Yes);
  CHECK(book.Begin(log, 8, 0) == ReaderBook::Turn::Waits);
  CHECK(book.Begin({1, ReaderBook::What::Names}, 8, 0) == ReaderBook::Turn::Yes);
  for (int i = 0; i < 10; ++i) book.Answered(7);
  CHECK(book.Begin(log, 8, kReaderPatienceMs + 10 * kReaderAnswerMs - 1) ==
        ReaderBook::Turn::Waits);
  SECTION("it ends") {
    book.End(log, 8);  // of another one
    CHECK(book.Begin(log, 8, 0) == ReaderBook::Turn::Waits);
    book.EndAll(7);
    CHECK(book.Begin(log, 8, 0) == ReaderBook::Turn::Yes);
  }
  SECTION("it loses its place") {
    CHECK(book.Begin(log, 8, kReaderPatienceMs + 10 * kReaderAnswerMs) == ReaderBook::Turn::Yes);
    book.End(log, 7);
    CHECK(book.Begin(log, 9, kReaderPatienceMs + 10 * kReaderAnswerMs) == ReaderBook::Turn::Waits);
  }
}
