#pragma once
// An origin and two followers, each a peer of the others, where what happens is something whole: a
// node has its whole contact with another one, the origin publishes, a hint arrives. For trying all
// orders of it.
//
// No round begins by itself: when one does is a move. Before each move an hour and a minute pass
// for the followers, so that nothing waits for its time. The origin's time is that of what it
// publishes, which is then the same in all orders.

#include <memory>

#include "tests/simulation/node_state.h"
#include "tests/simulation/of_three.h"
#include "tests/support/fake_clock.h"

namespace banyan::simulation {

inline constexpr std::size_t kCopy = 3;  // of the origin's disk, that runs beside it
inline constexpr std::size_t kPlaces = 4;

// Something that may happen next.
struct WholeMove {
  enum class Kind {
    Publish,
    Contact,  // `node` asks `other` all it wants to know, to the end
    // Faults.
    BreakOff,     // a contact, after `answers`
    CrashIn,      // a contact in which `node` loses power after `answers`
    AnswerTwice,  // a contact in which each answer comes twice
    LoseHint,
    HintTwice,  // it arrives, and will once more
    Crash,
    Restore,  // the disk of `node` becomes what it was at first
    Copy,     // of the origin's disk starts
  };
  Kind kind = Kind::Publish;
  std::size_t node = 0;
  std::size_t other = 0;
  std::size_t answers = 0;
  std::uint64_t hint = 0;  // which comes from `other` and begins the contact; 0: none does

  bool IsFault() const { return kind >= Kind::BreakOff; }
  std::string ToString() const;
  auto operator<=>(const WholeMove&) const = default;
};

// A hint that is under way.
struct HintSent {
  std::size_t from = 0;
  std::size_t to = 0;
  std::uint64_t id = 0;    // equal ones say the same
  std::uint64_t size = 0;  // of the log, as it says
  auto operator<=>(const HintSent&) const = default;
};

// What one node is, in numbers: digests of NodeState, and what is to be seen of it from outside.
struct NodeSeen {
  std::uint64_t shown = 0;
  std::uint64_t all = 0;
  std::uint64_t size = 0;  // of the origin's log
  bool is_stopped = false;
  bool operator==(const NodeSeen&) const = default;
};

class WholeRun {
 public:
  // All hold the first head, know each other and have nothing under way.
  WholeRun();
  ~WholeRun();
  WholeRun(const WholeRun&) = delete;
  WholeRun& operator=(const WholeRun&) = delete;

  // Fails the test when a check does. Returns how many answers there were; a fault in a contact
  // that has not so many is none.
  std::size_t Make(const WholeMove& move);
  bool Exists(std::size_t i) const { return places_[i].node != nullptr; }
  NodeSeen See(std::size_t i) const;
  const std::vector<HintSent>& sent_last() const { return sent_last_; }  // by the last move

 private:
  struct Sent {
    HintSent hint;
    std::string note;
  };
  struct Place {
    FakeClock clock;
    std::unique_ptr<SimNode> node;
    Watch watch;
    std::size_t lives = 0;  // as an older copy
    std::vector<federation::Ask> asks;
  };
  std::size_t Talk(const WholeMove& move);
  std::size_t GiveAnswers(const WholeMove& move);
  std::vector<Sent>::iterator FindHint(const WholeMove& move);
  void Give(std::size_t i, const federation::Input& input);
  void Send(std::size_t i, const federation::Output& output);
  void Publish(std::size_t i);
  void Restart(std::size_t i, bool restores);
  void Copy();
  const federation::NodeId& origin() const { return places_[kOrigin].node->id(); }

  Place places_[kPlaces];
  std::vector<Sent> sent_;  // and under way
  std::vector<HintSent> sent_last_;
  Truth truth_;
  JournalNames names_;
};

}  // namespace banyan::simulation
