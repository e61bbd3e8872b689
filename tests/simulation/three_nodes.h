#pragma once
// An origin and two followers, each a peer of the others, where every exchange and hint waits until
// it is said what becomes of it: for trying all orders in which things may happen.
//
// A question may be answered at any moment until its answer arrives. Of these moments only such
// count apart at which the answer is another: so an exchange is one move, with one of the answers
// that could have been given since it was asked.

#include <map>
#include <memory>

#include "tests/simulation/of_three.h"
#include "tests/simulation/truth.h"
#include "tests/support/fake_clock.h"

namespace banyan::simulation {

// Something that may happen next.
struct Move {
  enum class Kind { Deliver, Tick, Publish, Lose, Double, Crash, Restore };
  Kind kind = Kind::Tick;
  std::size_t node = 0;
  std::string message;  // its key
  std::string answer;   // to a question: its digest

  bool IsFault() const { return kind >= Kind::Lose; }
  // A question that is answered is two things that happen: it arrives, and its answer does.
  std::size_t Events() const { return answer.empty() ? 1 : 2; }
  std::string ToString() const;
  bool operator==(const Move&) const = default;
};
using Moves = std::vector<Move>;

class ThreeNodes {
 public:
  // All hold the first head, and no round is going on.
  ThreeNodes();
  ThreeNodes(const ThreeNodes&) = delete;
  ThreeNodes& operator=(const ThreeNodes&) = delete;

  // Publishing and ticking twice at most; a crash only of nodes that some message is of or for, and
  // an older copy only put back where it is older.
  Moves Possible() const;
  // Fails the test when a check does.
  void Make(const Move& move);
  // Two runs with equal states go on in the same way: what each node was given, in order, and what
  // is under way. The order of moves at different nodes is not in it.
  std::string State() const;

  // No more faults: all that is under way arrives, and a few rounds are made. Then both followers
  // must hold what the origin released.
  void Settle();

 private:
  struct Message {
    enum class Kind { Ask, Hint };
    Kind kind = Kind::Ask;
    std::size_t from = 0;
    std::size_t to = 0;
    federation::Ask ask;
    std::string note;
    std::string key;
    std::map<std::string, federation::Answer> answers;  // that it may get, by digest
  };
  struct Place {
    FakeClock clock;
    std::unique_ptr<SimNode> node;
    Watch watch;
    std::string history;  // digest of what it was given
  };
  void Round(std::size_t i);
  void Give(std::size_t i, const federation::Input& input, const std::string& what);
  void Send(std::size_t i, const federation::Output& output);
  void Add(Message message);
  Message Take(const std::string& key);
  void Deliver(const Message& message, const std::string& answer);
  // The node changed: what it was asked may be answered in another way now.
  void Reanswer(std::size_t i);
  void Reanswer(Message& message);
  void Publish();
  void Restart(std::size_t i, bool restores);
  bool IsConcerned(std::size_t i) const;  // some message is of it or for it
  bool IsAsking(std::size_t i) const;

  Place places_[kThree];
  std::vector<Message> messages_;
  Truth truth_;
  std::size_t faults_ = 0;
  std::size_t published_ = 0;
  std::size_t ticks_ = 0;
};

}  // namespace banyan::simulation
