#pragma once
// What the signers of a run really said, and the checks that nobody believes anything else.

#include <map>
#include <set>
#include <utility>
#include <vector>

#include "tests/simulation/sim_node.h"

namespace banyan::simulation {

// How far a log is, in which epoch.
struct SignedPlace {
  std::uint64_t epoch = 0;
  federation::LogState state;
  bool operator==(const SignedPlace&) const = default;
};

// Every entry that was released of one epoch, one after the other, and what it leads to.
class SignedLog {
 public:
  explicit SignedLog(std::uint64_t epoch = 0) : epoch_(epoch) {}
  void Append(ByteView entry);

  std::uint64_t epoch() const { return epoch_; }
  std::uint64_t size() const { return leaves_.size(); }
  bool Leads(const federation::LogState& state) const {
    return state.size == 0 || (state.size < roots_.size() && roots_[state.size] == state.root);
  }
  const federation::LogHash& leaf(std::uint64_t position) const { return leaves_.at(position); }
  // Of one epoch, and neither begins with the other.
  bool IsApartFrom(const SignedLog& other) const;

 private:
  std::uint64_t epoch_;
  federation::Frontier frontier_;
  std::vector<federation::LogHash> leaves_;
  std::vector<federation::LogHash> roots_ = {federation::Frontier().Root()};  // by size
};

// All that was signed as one origin: of each signer the log that it is at, and those that it left,
// because an older copy of it was put back or because its next epoch began. Two that are apart are
// a fork.
class SignedOrigin {
 public:
  // Takes what the node released since. Fails the test when it went back on what it said before,
  // unless an older copy of it was put back since, which excuses that once; and when it opened an
  // epoch where nothing was forked, or behind something that nobody signed.
  void Extend(SimNode& node);
  void PutBack(const std::string& signer) { put_back_.insert(signer); }
  // From now on both sign, each for itself.
  void Copy(const std::string& of, const std::string& as);

  const SignedLog& Of(const std::string& signer) const { return logs_.at(now_.at(signer)); }
  const std::vector<SignedLog>& logs() const { return logs_; }
  // One of that epoch that leads to all of these; nullptr: none does.
  const SignedLog* Find(std::uint64_t epoch, const std::vector<federation::LogState>& states) const;
  bool IsForked(std::uint64_t epoch) const;
  // What the signer says now goes on from there, or will, once who holds that has heard of it.
  bool GoesOnFrom(const std::string& signer, const SignedPlace& held) const;

 private:
  void Begin(const std::string& signer, SignedLog log);
  void LookAtNextEpoch(storage::Connection& connection, federation::LogId log);

  std::vector<SignedLog> logs_;
  std::map<std::string, std::size_t> now_;  // by signer
  std::set<std::string> put_back_;
  std::map<std::uint64_t, federation::LogState> closed_;  // what each earlier epoch ended with
};

using Truth = std::map<federation::NodeId, SignedOrigin>;

// What one node was seen to hold.
class Watch {
 public:
  // To be called with each input before the node takes it: of what the node cosigned before an
  // older copy of it was put back, a peer may show it something again.
  void Hear(const SimNode& node, const federation::Input& input);
  // Looks at what changed since the last time: heads only grow, are ones that a signer released,
  // and stay on one signer's log; an epoch that ends does so in what was held of it; the cards are
  // those of the entries held; what it cosigns of an origin's epoch is on one signer's log with all
  // that it cosigned and remembers, and with the largest that it was shown. Fails the test.
  void Look(SimNode& node, const Truth& truth);
  // An older copy of its disk was put back: it may begin again, but not go back on what it
  // cosigned and remembers, or is shown by a peer.
  void Forget();
  SignedPlace Held(const federation::NodeId& origin) const;
  std::uint64_t HeldSize(const federation::NodeId& origin) const { return Held(origin).state.size; }
  std::string ToText() const;  // all that later looks compare with

 private:
  void LookAtHead(SimNode& node, const federation::NodeId& origin, const SignedPlace& now,
                  const SignedOrigin& signers);
  void LookAtCards(SimNode& node, const federation::NodeId& origin, const SignedOrigin& signers);
  void LookAtCosignatures(SimNode& node, const Truth& truth);

  std::map<federation::NodeId, SignedPlace> held_;
  // By size and root: whether it signed that in this life, or was only shown that it had.
  using Cosigned = std::map<std::pair<std::uint64_t, federation::LogHash>, bool>;
  std::map<federation::LogName, Cosigned> cosigned_;   // and known to the node
  std::map<federation::LogName, Cosigned> forgotten_;  // in earlier lives
  std::int64_t looked_sequence_ = 0;
};

}  // namespace banyan::simulation
