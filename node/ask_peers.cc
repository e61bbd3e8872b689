#include "node/ask_peers.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace banyan::node {
namespace {

constexpr std::int64_t kLookMs = 100;  // at the clock
constexpr std::size_t kMostThreads = 64;

}  // namespace

// What one call waits for; guarded by the mutex of its AskPeers.
struct AskPeers::Round {
  std::string path;
  std::size_t max_bytes = 0;
  std::vector<std::optional<Result<Bytes>>> bodies;
  std::set<std::string> waiting;  // names of peers that are yet to be asked
};

void AskPeers::Give(const std::shared_ptr<Round>& round, std::size_t index, const Source& peer) {
  if (!busy_.insert(peer->Name()).second) {
    round->bodies[index] = Error(Errc::Unavailable, peer->Name() + ": still silent");
    return;
  }
  round->waiting.insert(peer->Name());
  pool_.Give([this, round, index, peer] {
    {
      const MutexLock lock(mutex_);
      if (round->waiting.erase(peer->Name()) == 0) return;  // it is over
    }
    auto body = peer->Get(round->path, round->max_bytes);
    const MutexLock lock(mutex_);
    busy_.erase(peer->Name());
    round->bodies[index] = std::move(body);
    answered_.NotifyAll();
  });
}

std::vector<AskPeers::Answer> AskPeers::Ask(const std::vector<Source>& peers,
                                            const std::string& path, std::size_t max_bytes,
                                            std::int64_t patience_ms) {
  const auto round = std::make_shared<Round>();
  round->path = path;
  round->max_bytes = max_bytes;
  round->bodies.resize(peers.size());
  const auto until_ms = clock_.MonotonicMs() + patience_ms;
  std::vector<Answer> answers;
  MutexLock lock(mutex_);
  pool_.Grow(std::min(peers.size() + busy_.size(), kMostThreads));
  for (std::size_t i = 0; i < peers.size(); ++i) Give(round, i, peers[i]);
  const auto is_here = [](const auto& body) { return body.has_value(); };
  while (!std::ranges::all_of(round->bodies, is_here) && clock_.MonotonicMs() < until_ms) {
    answered_.WaitFor(mutex_, kLookMs);
  }
  for (const auto& name : std::exchange(round->waiting, {})) busy_.erase(name);
  for (std::size_t i = 0; i < peers.size(); ++i) {
    const Error late(Errc::Unavailable, peers[i]->Name() + ": no answer in time");
    answers.push_back({peers[i], round->bodies[i] ? *round->bodies[i] : Result<Bytes>(late)});
  }
  return answers;
}

}  // namespace banyan::node
