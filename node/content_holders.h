#pragma once
// Which peers hold the content of a manifest, as they say when they are asked
// (federation/PROTOCOL.md sections 7 and 10). It is about content; who holds the entries of a log
// is in federation/cosignatures.h, and the two are never mixed.
//
// Nothing in an answer shows who gave it, so each is of the address that gave it: the node there is
// who it says it is. Whoever wants to be believed to be a node calls (node/want_desk.h).
//
// Anybody may have peers asked by a request, so they are asked seldom: about one manifest at most
// once a minute, and ten times a minute in all. What they said is remembered.

#include <map>
#include <optional>

#include "federation/format/holdings.h"
#include "node/ask_peers.h"
#include "node/follower.h"
#include "node/rate_limiter.h"

namespace banyan::node {

// Thread safe.
class ContentHolders {
 public:
  // Borrows both.
  ContentHolders(Clock& clock, Follower& follower)
      : clock_(clock), follower_(follower), asker_(clock), limiter_(clock) {}

  struct Place {
    federation::NodeId node;  // as it claims, unless it calls
    std::string address;      // "node:<id>" of one that calls
    bool operator==(const Place&) const = default;
  };
  struct Holder {
    Place place;
    federation::Holdings holdings;
  };
  struct Heard {
    std::vector<Holder> holders;  // that hold some of it
    std::vector<Place> silent;    // that did not say, or nothing that can be
    std::int64_t heard_ms = 0;
  };
  // Asks all peers whose node is known, several that claim to be one node each by itself, which
  // takes some seconds at most, unless they were asked just now or too often. `files` and `bytes`
  // of `stated` are those of the manifest: who says otherwise says nothing. nullopt: they could not
  // be asked, and never were.
  std::optional<Heard> Ask(const Sha256& manifest, const federation::Holdings& stated)
      EXCLUDES(mutex_);
  // What was heard last; nullopt: nothing.
  std::optional<Heard> Look(const Sha256& manifest) EXCLUDES(mutex_);

 private:
  // A caller that asks goes alone.
  enum class Turn { Taken, NotNow };
  Turn TakeTurn(const Sha256& manifest) EXCLUDES(mutex_);
  Result<Heard> AskAll(const Sha256& manifest, const federation::Holdings& stated);

  Clock& clock_;
  Follower& follower_;
  AskPeers asker_;
  RateLimiter limiter_;
  Mutex mutex_;
  bool is_asking_ GUARDED_BY(mutex_) = false;
  struct Remembered {
    Heard heard;
    std::int64_t asked_ms = 0;  // monotonic
  };
  std::map<Sha256, Remembered> heard_ GUARDED_BY(mutex_);
};

}  // namespace banyan::node
