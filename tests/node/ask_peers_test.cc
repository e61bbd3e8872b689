#include "node/ask_peers.h"

#include <atomic>

#include "tests/support/fake_clock.h"
#include "tests/support/must.h"

using namespace banyan;
using namespace banyan::node;

namespace {

// Answers with its name, or hangs until it is let go.
class Peer final : public federation::PeerSource {
 public:
  explicit Peer(std::string name) : name_(std::move(name)) {}

  std::string Name() const override { return name_; }
  Result<Bytes> Get(const std::string& path, std::size_t) override {
    if (on_ask) on_ask();
    MutexLock lock(mutex_);
    while (hangs_) changed_.Wait(mutex_);
    if (path != "/here") return Error(Errc::NotFound, path);
    return Bytes(name_.begin(), name_.end());
  }
  Status Read(const std::string&, std::uint64_t, std::uint64_t, const Sink&) override {
    return Error(Errc::NotFound, "");
  }
  Result<std::vector<std::optional<Bytes>>> GetObjects(std::span<const Sha256>) override {
    return Error(Errc::NotFound, "");
  }
  void SetHangs(bool hangs) {
    MutexLock lock(mutex_);
    hangs_ = hangs;
    changed_.NotifyAll();
  }
  std::function<void()> on_ask;

 private:
  const std::string name_;
  Mutex mutex_;
  CondVar changed_;
  bool hangs_ GUARDED_BY(mutex_) = false;
};

}  // namespace

TEST_CASE("AllPeersAreAskedAndAnswerInTheirOrder") {
  FakeClock clock;
  AskPeers asker(clock);
  std::vector<AskPeers::Source> peers;
  for (int i = 0; i < 20; ++i) peers.push_back(std::make_shared<Peer>(std::to_string(i)));
  const auto answers = asker.Ask(peers, "/here", 10, 1000);
  REQUIRE(answers.size() == 20);
  for (std::size_t i = 0; i < answers.size(); ++i) {
    CHECK(answers[i].peer == peers[i]);
    CHECK(AsText(MUST(answers[i].body)) == std::to_string(i));
  }
  MUST_FAIL(asker.Ask(peers, "/elsewhere", 10, 1000).front().body, Errc::NotFound);
  CHECK(asker.Ask({}, "/here", 10, 1000).empty());
}

TEST_CASE("WhoIsSilentIsNotWaitedForAgain") {
  FakeClock clock;
  AskPeers asker(clock);
  const auto silent = std::make_shared<Peer>("silent");
  const auto other = std::make_shared<Peer>("other");
  silent->SetHangs(true);
  silent->on_ask = [&] { clock.Advance(10'001); };  // until it is given up
  auto answers = asker.Ask({silent, other}, "/here", 10, 10'000);
  MUST_FAIL(answers[0].body, Errc::Unavailable);
  while (!asker.Ask({other}, "/here", 10, 10'000)[0].body) {  // it may be answering still
  }
  const auto now_ms = clock.MonotonicMs();
  answers = asker.Ask({silent, other}, "/here", 10, 10'000);
  MUST_FAIL(answers[0].body, Errc::Unavailable);
  CHECK(AsText(MUST(answers[1].body)) == "other");
  CHECK(clock.MonotonicMs() == now_ms);
  silent->SetHangs(false);
}

TEST_CASE("WhoIsSilentHoldsUpNobodyElse") {
  AskPeers asker(SystemClock());
  std::vector<AskPeers::Source> peers;
  std::vector<std::shared_ptr<Peer>> silent;
  for (int i = 0; i < 20; ++i) {
    silent.push_back(std::make_shared<Peer>(std::to_string(i)));
    silent.back()->SetHangs(true);
    peers.push_back(silent.back());
  }
  const auto let_go = [&] {
    for (const auto& peer : silent) peer->SetHangs(false);
  };
  const auto other = std::make_shared<Peer>("other");
  other->on_ask = let_go;
  peers.push_back(other);
  const auto answers = asker.Ask(peers, "/here", 10, 10'000);
  let_go();
  CHECK(AsText(MUST(answers.back().body)) == "other");
  CHECK(answers.front().body.has_value());
}

TEST_CASE("WhoseTurnDidNotComeInTimeIsNotAskedAnyMore") {
  FakeClock clock;
  AskPeers asker(clock);
  std::vector<AskPeers::Source> peers;
  std::vector<std::shared_ptr<Peer>> silent;
  for (int i = 0; i < 64; ++i) {
    silent.push_back(std::make_shared<Peer>(std::to_string(i)));
    silent.back()->SetHangs(true);
    peers.push_back(silent.back());
  }
  silent.front()->on_ask = [&] { clock.Advance(10'001); };
  std::atomic<int> asked{0};
  const auto late = std::make_shared<Peer>("late");
  late->on_ask = [&] { ++asked; };
  peers.push_back(late);
  MUST_FAIL(asker.Ask(peers, "/here", 10, 10'000).back().body, Errc::Unavailable);
  for (const auto& peer : silent) peer->SetHangs(false);
  CHECK(AsText(MUST(asker.Ask({late}, "/here", 10, 10'000).front().body)) == "late");
  CHECK(asked == 1);
}
