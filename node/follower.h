#pragma once
// Follows other nodes: runs the decisions of federation::Service against real peers, a real clock
// and the content store. One thread decides, a few ask peers, a few mirror repositories.

#include <atomic>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <thread>

#include "federation/follow/service.h"
#include "federation/mirror/repository_mirror.h"
#include "federation/transfer/peer_source.h"
#include "node/client/transfer_rate.h"
#include "node/fair_pool.h"
#include "node/hub.h"
#include "node/peer_link.h"
#include "node/sync_plan.h"
#include "node/want_desk.h"
#include "node/work_pool.h"

namespace banyan::node {

// Thread safe.
class Follower {
 public:
  struct Reach {
    const RequestSigner& signer;
    WantDesk& desk;  // of peers that call
  };
  // Borrows the hub, what is in it, and the rest.
  Follower(Hub& hub, FileSystem& fs, const Reach& reach);
  ~Follower() { Stop(); }
  Follower(const Follower&) = delete;
  Follower& operator=(const Follower&) = delete;

  // Called on the deciding thread when a peer claims to have more of the own log than is here.
  // Before Start.
  void OnOwnShown(std::function<void()> act) { on_own_shown_ = std::move(act); }
  using SourcePtr = std::shared_ptr<federation::PeerSource>;
  // Once.
  void Start();
  // Breaks off what is going on; what was fetched stays. Idempotent.
  void Stop() EXCLUDES(mutex_);

  // Reads the hub's policy again. What changed is in effect when this returns. Errors as
  // PolicyFile::Read.
  Status ReadPolicy() EXCLUDES(mutex_);
  federation::FetchLimits limits() const { return hub_.policy.policy()->limits; }
  // What is wrong with the policy's file; empty: nothing.
  std::string PolicyProblem() const { return hub_.policy.problem(); }
  // The next who asks that peer opens it anew: the disk was changed.
  void ForgetSource(const std::string& address) EXCLUDES(mutex_);
  // Asks all peers now and tries again what failed, also outside the policy's hours.
  enum class Hours { AsInPolicy, Any };
  void Hurry(Hours hours = Hours::AsInPolicy) EXCLUDES(mutex_);
  // As whom what is mirrored is cosigned; nullopt: not now.
  void TakeCosigner(std::optional<federation::Cosigner> cosigner) EXCLUDES(mutex_) {
    Give(federation::MaySign{std::move(cosigner)});
  }
  // The own log has a new head.
  void NoteRelease() EXCLUDES(mutex_) { Give(federation::Released()); }
  // A node calls that was away.
  void NodeCame(const federation::NodeId& node) EXCLUDES(mutex_);
  // All who announce themselves in the local network now.
  void TakeNeighbours(std::vector<federation::Neighbour> neighbours) EXCLUDES(mutex_) {
    Give(federation::NeighboursSeen{std::move(neighbours)});
  }
  // A node says that a log has grown; nothing of it is verified.
  void TakeHint(const federation::NodeId& node, std::string note) EXCLUDES(mutex_);
  // What mirroring would fetch now, from the peers that answer.
  Result<std::vector<PlannedMirror>> Plan(const std::atomic<bool>& cancelled) EXCLUDES(mutex_);
  // The peers, as far as they can be opened.
  Result<std::vector<std::shared_ptr<federation::PeerSource>>> Peers() EXCLUDES(mutex_);
  // Each address at which a peer answered, or "node:<id>" of one that calls, with the node that it
  // said to be, in order of nodes: but for callers that is a claim, and several may make the same.
  // Neither this node nor who was only found in the local network is among them.
  struct KnownNode {
    federation::NodeId node;
    std::string address;
    SourcePtr source;  // nullptr: it cannot be opened
  };
  Result<std::vector<KnownNode>> KnownNodes() EXCLUDES(mutex_);
  // Bytes a second of the last mirrored repository whose content came; 0: none did yet.
  std::uint64_t measured_rate() const { return measured_rate_; }
  // What fetching from peers works with; broken off when mirroring is.
  federation::MirrorParts Parts();
  // The peers that answered last, to be asked for content.
  std::vector<SourcePtr> AnsweringSources() EXCLUDES(mutex_);
  // Nothing is going on, and all that a Hurry asked for was done or failed.
  bool IsIdle() EXCLUDES(mutex_);
  // Until the next decision was made, which comes of every answer, or so long.
  void AwaitStep(std::int64_t timeout_ms) EXCLUDES(mutex_);

 private:
  struct Opened {
    SourcePtr source;
    std::shared_ptr<PeerLink> link;  // nullptr: it is not over HTTP
  };
  // The number of inputs so far.
  std::uint64_t Give(federation::Input input) EXCLUDES(mutex_);
  std::uint64_t TakePolicy() EXCLUDES(mutex_);
  void Loop();
  void Do(const federation::Output& output);
  Status CountBytes();
  // Those that can be opened.
  std::vector<SourcePtr> Sources(const std::vector<std::int64_t>& peers) EXCLUDES(mutex_);
  Result<Opened> Source(std::int64_t peer) EXCLUDES(mutex_);
  Status ForgetGone() EXCLUDES(mutex_);
  Result<Opened> Open(const federation::Peer& peer);
  Status Tell(const federation::Hint& hint);
  federation::Answer Answered(const federation::Ask& ask);
  void Mirror(const federation::MirrorTask& task);

  Hub& hub_;
  FileSystem& fs_;
  const Reach reach_;
  TransferRate rate_limit_;
  std::atomic<bool> is_stopping_{false};
  std::atomic<std::uint64_t> measured_rate_{0};
  std::atomic<bool> breaks_off_{false};  // mirroring: it stops, or the budget is spent
  federation::Service service_;          // the deciding thread's, as are these
  std::function<void()> on_own_shown_;
  std::uint64_t counted_bytes_ = 0;
  std::int64_t counted_ms_ = 0;  // monotonic
  Mutex mutex_;
  CondVar changed_;  // inputs came, or it stops
  CondVar stepped_;
  std::deque<federation::Input> inputs_ GUARDED_BY(mutex_);
  std::uint64_t given_ GUARDED_BY(mutex_) = 0;
  std::uint64_t taken_ GUARDED_BY(mutex_) = 0;  // by steps that are over
  bool is_idle_ GUARDED_BY(mutex_) = true;
  // By address, and how it came to be known: what may be dialled hangs on that. Those that led to
  // what is no peer any more go when another one is opened.
  using SourceKey = std::pair<std::string, federation::Found>;
  std::map<SourceKey, Opened> sources_ GUARDED_BY(mutex_);
  federation::MirrorRoom mirror_room_;
  FairPool askers_;   // by peer
  FairPool tellers_;  // of hints, by peer
  WorkPool mirrors_;
  std::thread decider_;
};

// As callers that only use them want them.
std::vector<federation::PeerSource*> Borrowed(const std::vector<Follower::SourcePtr>& sources);

// A folder, or an archive whose name ends with ".banyan", as a peer. Errors as ArchivePeer::Open.
Result<std::unique_ptr<federation::PeerSource>> OpenCarried(FileSystem& fs,
                                                            const std::string& path);

}  // namespace banyan::node
