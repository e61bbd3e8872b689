#pragma once
// Decides what a node does to follow others: which peer to ask when, which repository to bring up
// to date next. It has no sockets, threads or clock: whoever runs it does what it puts out and
// feeds back what came of that. All it must remember is in the catalog, so that it may end at any
// moment; the same inputs on the same catalog give the same outputs.
//
//   PolicyRead, NeighboursSeen,
//   PeerCame, MaySign
//   Tick, Hurry ─▶ ┌─────────┐ ─▶ Ask ──────▶ a peer, over whatever reaches it ──▶ Answer
//   Released,      │ Service │ ─▶ Hint ─────▶ a peer, which may look the head up ──▶ its Hinted
//   Hinted ──────▶ │         │
//   Answer ──────▶ │         │
//   MirrorEnded ─▶ └─────────┘ ─▶ MirrorTask ─▶ RepositoryMirror, which moves the bytes

#include <map>
#include <memory>
#include <set>
#include <utility>
#include <variant>

#include "federation/cosignatures.h"
#include "federation/follow/contact.h"
#include "federation/follow/learned_peers.h"
#include "federation/follow/peer_pace.h"
#include "storage/base/random.h"

namespace banyan::federation {

struct ServiceOptions {
  std::int64_t pause_ms = 60'000;         // between two rounds with a peer, and some chance
  std::int64_t pause_max_ms = 3'600'000;  // with one that does not answer
  std::size_t contacts_at_once = 8;
  std::size_t mirrors_at_once = 2;
};

struct Tick {};
// Ask all peers now, and try again what failed.
struct Hurry {
  bool ignores_windows = false;  // and fetch outside the hours of the policy, within its budget
};
struct MirrorEnded {
  std::int64_t card = 0;  // of the MirrorTask
};
// The operator's policy; until the first one it is the default.
struct PolicyRead {
  Policy policy;
};
// A peer that was away can be asked now, and may have what could not be fetched.
struct PeerCame {
  std::int64_t peer = 0;
};
// The own log was published up to a new head: peers are told at once, not at the next Tick.
struct Released {};
// As whom this node cosigns what it holds of the logs of others; nullopt: it may not sign now, as
// before the first of these.
struct MaySign {
  std::optional<Cosigner> cosigner;
};
// A node says that a head is new; whoever delivers it has verified that this node does. Anything
// may be in the note. Only what the same node can be asked for as a peer comes of it.
struct Hinted {
  NodeId from;
  std::string note;
};
// All that announce themselves in the local network now.
struct NeighboursSeen {
  std::vector<Neighbour> neighbours;
};
using Input = std::variant<Tick, Hurry, Answer, MirrorEnded, PolicyRead, PeerCame, Released, Hinted,
                           NeighboursSeen, MaySign>;

// Bring the repository of this row of repository_card to its state, from these peers, best first.
struct MirrorTask {
  std::int64_t card = 0;
  std::vector<std::int64_t> peers;
};
// Tell that peer of a head that it may not have. Nothing comes back; it may get lost.
struct Hint {
  std::int64_t peer = 0;
  std::string note;
};
using Output = std::variant<Ask, MirrorTask, Hint>;

// Used by one thread.
class Service {
 public:
  // Borrows both.
  Service(storage::Database& database, Random& random, const ServiceOptions& options = {})
      : database_(database), random_(random), options_(options), pace_(options.pause_ms) {}

  // `now_ms` since 1970. When it is less than before, because the clock was set back, pauses go on
  // as if no time had passed. Errors are the catalog's own: what the step was to change is as it
  // was, and the input may be given again.
  Result<std::vector<Output>> Step(std::int64_t now_ms, const Input& input);
  // As the policy allows; what is under way is to be broken off when it does not. Of the last step.
  bool may_fetch() const { return may_fetch_; }
  // Whether a peer claimed, since this was asked last, to have more of the own log than is here.
  bool TakeOwnShown() { return std::exchange(own_shown_, false); }
  // True while it waits for no Answer and no MirrorEnded, and has done what a Hurry asked for.
  bool is_idle() const {
    return contacts_.empty() && mirroring_.empty() && heard_.empty() && !hurries_;
  }

 private:
  friend class ServiceMemory;  // of tests that compare what nodes know
  // A hint that waits: for a round with that peer to end, or for another peer to be faster.
  struct Heard {
    std::int64_t peer = 0;
    FollowedOrigin origin;
    HeadClaim claim;
    std::string note;
    std::int64_t heard_ms = 0;  // steady
  };
  Status Take(const Input& input, std::int64_t now_ms);
  Status TakeHint(const Hinted& hinted, std::int64_t now_ms);
  // The time of all pauses, which is never less than before.
  std::int64_t Steady(std::int64_t now_ms) const { return now_ms + set_back_ms_; }
  bool Waits(const Heard& heard, std::int64_t now_ms) const;
  Status BeginHinted(storage::Connection& connection, const std::vector<Peer>& peers,
                     std::int64_t now_ms);
  Status TellPeers(storage::Connection& connection, const std::vector<Peer>& peers,
                   std::int64_t now_ms, std::vector<Output>& outputs);
  Status CosignNews(std::int64_t now_ms);
  Contact::Shared SharedByContacts() {
    return {database_, policy_, hints_, readers_, names_, full_, next_ask_, set_back_ms_};
  }
  std::vector<const Peer*> ListDue(const std::vector<Peer>& peers, std::int64_t now_ms) const;
  void BeginContacts(const std::vector<Peer>& peers, std::int64_t now_ms);
  Status GoOn(std::int64_t now_ms);
  Status EndContacts(std::int64_t now_ms);
  Status ChoosePeers(std::int64_t now_ms);
  Status LookAtBudget(storage::Connection& connection, std::int64_t now_ms);
  Status BeginMirrors(storage::Connection& connection, const std::vector<Peer>& peers,
                      std::int64_t now_ms, std::vector<Output>& outputs);
  std::int64_t PauseAfter(const Contact& contact);

  storage::Database& database_;
  Random& random_;
  const ServiceOptions options_;
  Policy policy_;
  std::vector<Neighbour> neighbours_;
  bool may_fetch_ = true;
  bool own_shown_ = false;
  std::uint64_t next_ask_ = 1;
  HintBook hints_;
  ReaderBook readers_;
  NamePauses names_;
  FullOrigins full_;
  PeerPace pace_;
  std::size_t peers_ = 0;  // how many there are
  std::vector<Heard> heard_;
  std::optional<JournalPlace> told_;  // heads of the own journal up to there; nullopt: at the start
  std::optional<Cosigner> cosigner_;
  std::optional<JournalPlace> cosigned_;  // as told_
  std::set<std::int64_t> answered_;       // peers whose heads were asked for since the start, ...
  bool has_heard_all_ = false;            // ... until it were all
  std::map<std::int64_t, std::unique_ptr<Contact>> contacts_;  // by peer
  std::int64_t last_ms_ = 0;                                   // of the last step
  std::int64_t set_back_ms_ = 0;                               // the clock, in all
  std::map<std::int64_t, std::int64_t> due_ms_;                // by peer, steady; absent: now
  std::set<std::int64_t> mirroring_;                           // cards
  bool ignores_windows_ = false;
  bool hurries_ = false;  // until all peers were asked, and all that waits tried once
  std::map<std::int64_t, std::int64_t> tried_;  // cards since the last Hurry, and when last
  std::set<std::int64_t> again_;  // peers whose rounds began before it, and are to follow them
};

}  // namespace banyan::federation
