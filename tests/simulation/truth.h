#pragma once
// What the signers of a run really said, and the checks that nobody believes anything else.

#include <map>
#include <utility>
#include <vector>

#include "tests/simulation/sim_node.h"

namespace banyan::simulation {

// Every entry that one signer released, and what it leads to.
class SignedLog {
 public:
  // Takes what the node published since; fails the test when it went back on what it said before.
  void Extend(SimNode& node);

  std::uint64_t size() const { return leaves_.size(); }
  bool Leads(std::uint64_t size, const federation::LogHash& root) const {
    return size < roots_.size() && roots_[size] == root;
  }
  const federation::LogHash& leaf(std::uint64_t position) const { return leaves_.at(position); }

 private:
  federation::Frontier frontier_;
  std::vector<federation::LogHash> leaves_;
  std::vector<federation::LogHash> roots_ = {federation::Frontier().Root()};  // by size
};

// By origin, one for each signer: two signers of one origin are a fork.
using Truth = std::map<federation::NodeId, std::map<std::string, SignedLog>>;

// What one node was seen to hold.
class Watch {
 public:
  // To be called with each input before the node takes it: of what the node cosigned before an
  // older copy of it was put back, a peer may show it something again.
  void Hear(const SimNode& node, const federation::Input& input);
  // Looks at what changed since the last time: heads only grow, are ones that a signer released,
  // and stay on one signer's log; the cards are those of the entries held; what it cosigns of an
  // origin is on one signer's log with all that it cosigned and remembers, and with the largest
  // that it was shown. Fails the test.
  void Look(SimNode& node, const Truth& truth);
  // An older copy of its disk was put back: it may begin again, but not go back on what it
  // cosigned and remembers, or is shown by a peer.
  void Forget();
  std::uint64_t HeldSize(const federation::NodeId& origin) const;
  std::string ToText() const;  // all that later looks compare with

 private:
  struct Held {
    std::uint64_t size = 0;
    federation::LogHash root;
  };
  void LookAtCards(SimNode& node, const federation::NodeId& origin, const Held& held,
                   const SignedLog& log);
  void LookAtCosignatures(SimNode& node, const Truth& truth);

  std::map<federation::NodeId, Held> held_;
  // By size and root: whether it signed that in this life, or was only shown that it had.
  using Cosigned = std::map<std::pair<std::uint64_t, federation::LogHash>, bool>;
  std::map<federation::NodeId, Cosigned> cosigned_;   // and known to the node
  std::map<federation::NodeId, Cosigned> forgotten_;  // in earlier lives
  std::int64_t looked_sequence_ = 0;
};

}  // namespace banyan::simulation
