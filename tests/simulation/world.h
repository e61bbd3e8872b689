#pragma once
// A network of simulated nodes: links that delay, lose and double, nodes that crash and lie, and a
// watch on every one of them after each step. One thread decides, and where the real code brings
// threads along it is settled before what they get: the same seed gives the same digest.

#include <memory>
#include <set>
#include <vector>

#include "node/want_desk.h"
#include "storage/base/mutex.h"
#include "tests/simulation/conduct.h"
#include "tests/simulation/event_queue.h"
#include "tests/simulation/mirror_watch.h"
#include "tests/simulation/topology.h"
#include "tests/simulation/truth.h"

namespace banyan::simulation {

struct LinkOptions {
  std::int64_t latency_ms = 50;
  std::int64_t jitter_ms = 20;  // at most, on top: messages overtake each other
  std::int64_t timeout_ms = 10'000;
  std::int64_t bytes_per_ms = 1'000;
  std::uint64_t lost_in_1000 = 0;     // of questions, answers and hints
  std::uint64_t doubled_in_1000 = 0;  // of answers and hints
};

struct WorldOptions {
  std::uint64_t seed = 1;
  std::size_t origins = 1;  // the first so many nodes publish, and all follow them
  bool tells_hints = true;
  bool holds_content = false;
  // They ask their peers before they sign, as the program does, and every other one has no fence.
  bool asks_first = false;
  std::int64_t tick_ms = 1'000;
  LinkOptions link;
  federation::ServiceOptions service = {60'000, 300'000, 8, 0};
};

class World {
 public:
  World(const Edges& edges, const WorldOptions& options);

  void RunFor(std::int64_t duration_ms) { events_.RunUntil(events_.now_ms() + duration_ms); }
  std::int64_t now_ms() const { return events_.now_ms(); }
  // Later, in virtual time.
  void After(std::int64_t delay_ms, EventQueue::Event event) {
    events_.After(delay_ms, std::move(event));
  }

  std::size_t size() const { return nodes_.size(); }
  SimNode& node(std::size_t i) { return *nodes_[i].node; }
  std::size_t origins() const { return options_.origins; }
  bool asks_first() const { return options_.asks_first; }
  FakeRandom& random() { return random_; }
  LinkOptions& link() { return options_.link; }

  void Publish(std::size_t i);
  // The node loses power, at once or at its n-th change of the disk from now on, and starts again
  // so much later.
  void Crash(std::size_t i, std::int64_t restart_after_ms);
  void CrashAtWrite(std::size_t i, std::uint64_t nth, std::int64_t restart_after_ms);
  void BackUp(std::size_t i);
  // It loses power and starts again from its backup. Without one that is of any use it gets one.
  void Restore(std::size_t i);
  // Two histories were signed as that origin in the epoch that it is in.
  bool IsForked(std::size_t origin) const;
  void SetConduct(std::size_t i, Conduct conduct) { nodes_[i].conduct = conduct; }
  // The node becomes a second living copy of the other, with its seed; whoever is a peer of it
  // reads there, and it goes on publishing by itself. It must not be an origin of its own.
  void Clone(std::size_t i, std::size_t of);
  void TellHints(bool tells) { options_.tells_hints = tells; }
  // Nodes on this side and those on the other do not reach each other; empty: all do.
  void Cut(std::set<std::size_t> side) { side_ = std::move(side); }

  // Honest nodes that there is a path of honest ones to from the origin, and that hold all of it,
  // or not. Not those that the protocol leaves behind after a fork (progress.cc).
  struct Progress {
    std::size_t reachable = 0;
    std::size_t there = 0;
  };
  Progress ProgressOf(std::size_t origin) const;
  // And every origin may sign.
  bool IsConverged() const;
  std::uint64_t HeldSize(std::size_t i, std::size_t origin) const;
  std::string Lagging() const;

  // A worker of one node asks a peer, which answers with objects: over the same links and with the
  // same lies as all else, but at once. One after the other, of several threads.
  using Objects = std::vector<std::optional<Bytes>>;
  Result<Objects> Exchange(std::size_t reader, std::size_t peer,
                           const std::function<Result<Objects>(SimNode&)>& answer)
      EXCLUDES(exchange_mutex_);
  // Every honest node has the content of what it holds the log of.
  bool HasAllContent();

  // Of all that happened, in order.
  std::string digest() const { return digest_.ToString(); }
  struct Counts {
    std::uint64_t steps = 0, asks = 0, hints = 0, crashes = 0, restores = 0, lies = 0;
    std::uint64_t answer_bytes = 0;
    std::uint64_t mirrored = 0, mirrors_failed = 0;
    std::uint64_t origins_restored = 0, epochs = 0;  // that were opened
    std::uint64_t brought = 0;                       // answers, by nodes that call
  };
  const Counts& counts() const { return counts_; }

 private:
  struct Place {
    std::unique_ptr<SimNode> node;
    Watch watch;
    Conduct conduct = Conduct::Honest;
    std::uint64_t life = 0;  // of its process: what was asked in another one is not answered
    std::int64_t restart_after_ms = 1000;
    std::vector<std::size_t> peers;
    bool is_behind_nat = false;
    std::map<std::string, Bytes> first_shown;  // when it is stale
    // Of an origin: what it released last, and of what epoch its backup is.
    SignedPlace released;
    std::uint64_t backed_up_epoch = 0;
    std::vector<std::size_t> asked;  // peers that answered when it asked last, and did not lie
    std::int64_t updated_ms = 0;
    // Where those that cannot be reached call, and in which life each called last.
    std::unique_ptr<node::WantDesk> desk;
    std::map<std::size_t, std::uint64_t> callers;
    bool has_come = false;  // one that was away
  };

  void Note(const std::string& what);
  NodeOptions::Peers PeersFor(std::size_t i);
  std::vector<node::AskPeers::Source> ChoosePeers(std::size_t i);
  void AddPeers();
  void StartNode(std::size_t i);
  void UpdateLog(std::size_t i);
  void TakeReleased(std::size_t i);
  void RequireProven(std::size_t i);
  void RequireKept(std::size_t i, std::size_t peer);
  bool MayBePutBack(std::size_t i) const;
  bool IsLeftBehind(std::size_t i, std::size_t origin) const;
  bool HasPeer(std::size_t i, std::size_t peer) const;
  void Fell(std::size_t i);  // its disk lost power in what it did
  void Tick(std::size_t i);
  void Give(std::size_t i, const federation::Input& input);
  void Carry(std::size_t i, const federation::Output& output);
  void CarryAsk(std::size_t i, const federation::Ask& ask);
  void CarryHint(std::size_t i, std::size_t to, const std::string& note);
  void CarryMirror(std::size_t i, const federation::MirrorTask& task);
  void Mirror(std::size_t i, const federation::MirrorTask& task);
  void Deliver(std::size_t i, std::uint64_t life, federation::Answer answer, std::int64_t delay_ms);
  federation::Answer AnswerOf(std::size_t i, const federation::Ask& ask);
  Result<Bytes> FileOf(std::size_t i, const std::string& path);
  void Lie(std::size_t i, const std::string& path, Result<Bytes>& body);
  void SpreadLies(std::size_t i);
  bool Reaches(std::size_t from, std::size_t to) const;
  // It calls the other one, which it dials and which cannot reach it.
  bool Calls(std::size_t i, std::size_t to) const;
  bool IsInReach(std::size_t from, std::size_t to) const {
    return Reaches(from, to) || Calls(to, from);
  }
  void CallAll(std::size_t i);
  federation::Answer TakeFromCaller(std::size_t i, std::size_t caller, const federation::Ask& ask,
                                    const federation::Answer& told);
  std::int64_t Latency();
  bool IsStruck(std::uint64_t in_1000) { return in_1000 > 0 && random_.Below(1000) < in_1000; }
  std::size_t PeerAt(std::size_t i, std::int64_t row);

  WorldOptions options_;
  FakeRandom random_;
  EventQueue events_;
  std::vector<Place> nodes_;
  std::set<std::size_t> side_;
  Truth truth_;
  PublishedFiles published_;
  Mutex exchange_mutex_;
  Sha256 digest_;
  Counts counts_;
};

}  // namespace banyan::simulation
