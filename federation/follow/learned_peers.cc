#include "federation/follow/learned_peers.h"

#include <algorithm>
#include <map>
#include <set>

#include "federation/follow/follows.h"

namespace banyan::federation {
namespace {

using storage::Connection;

constexpr std::uint64_t kGivesWay = 5;  // failures

struct Candidate {
  NodeId node;
  std::string address;
  Found found = Found::InLog;
};

// Nodes that are not to be dialled, or are known otherwise.
Result<std::set<NodeId>> ListPassedOver(Connection& connection, const PeerRules& rules,
                                        const std::vector<Peer>& peers) {
  std::set<NodeId> nodes = rules.refused;
  for (const auto& peer : peers) {
    if (peer.found == Found::Named && peer.node && peer.failures == 0) nodes.insert(*peer.node);
  }
  if (const auto own = TRY(FindOwnNode(connection))) nodes.insert(*own);
  return nodes;
}

Result<std::vector<Candidate>> ListCandidates(Connection& connection, const PeerRules& rules,
                                              const std::vector<Neighbour>& neighbours,
                                              const std::vector<Peer>& peers) {
  std::vector<Candidate> candidates;
  if (rules.dial == PeerRules::Dial::None) return candidates;
  const auto passed_over = TRY(ListPassedOver(connection, rules, peers));
  std::set<NodeId> followed;
  for (const auto& origin : TRY(ListFollowed(connection))) followed.insert(origin.node);
  std::set<std::string> taken;
  for (const auto& peer : peers) {
    if (peer.found == Found::Named) taken.insert(peer.address);
  }
  const auto add = [&](const NodeId& node, const std::string& address, Found found) {
    const bool is_wanted = rules.dial == PeerRules::Dial::Any || followed.contains(node);
    if (!is_wanted || passed_over.contains(node) || !taken.insert(address).second) return;
    candidates.push_back({node, address, found});
  };
  for (const auto& [node, address] : neighbours) add(node, address, Found::Nearby);
  for (const auto& [node, addresses] : TRY(ListLearned(connection))) {
    for (const auto& address : addresses) add(node, address, Found::InLog);
  }
  return candidates;
}

// At most so many, one address of a node.
std::vector<Candidate> Choose(std::vector<Candidate> candidates, const std::vector<Peer>& peers,
                              std::size_t most) {
  std::map<std::string, int> ranks;
  for (const auto& peer : peers) ranks[peer.address] = peer.failures < kGivesWay ? 0 : 2;
  const auto rank = [&](const Candidate& candidate) {
    const auto known = ranks.find(candidate.address);
    return known == ranks.end() ? 1 : known->second;
  };
  std::ranges::stable_sort(candidates, {}, rank);
  std::set<NodeId> nodes;
  std::vector<Candidate> chosen;
  for (auto& candidate : candidates) {
    if (chosen.size() == most) break;
    if (nodes.insert(candidate.node).second) chosen.push_back(std::move(candidate));
  }
  return chosen;
}

}  // namespace

Status ChooseLearnedPeers(Connection& connection, const PeerRules& rules,
                          const std::vector<Neighbour>& neighbours, std::int64_t now_ms) {
  const auto peers = TRY(ListPeers(connection));
  const auto chosen =
      Choose(TRY(ListCandidates(connection, rules, neighbours, peers)), peers, rules.most);
  std::map<std::string, const Candidate*> missing;
  for (const auto& candidate : chosen) missing.emplace(candidate.address, &candidate);
  for (const auto& peer : peers) {
    if (peer.found == Found::Named) continue;
    const auto found = missing.find(peer.address);
    const bool stays = found != missing.end() && peer.expected == found->second->node &&
                       peer.found == found->second->found;
    if (stays) missing.erase(found);
    if (!stays) TRY(RemovePeer(connection, peer.row));
  }
  for (const auto& [address, candidate] : missing) {
    TRY(connection.Execute(
        "INSERT INTO peer(address, added_ms, found, expected) VALUES(?, ?, ?, ?)", address, now_ms,
        static_cast<int>(candidate->found), candidate->node.genesis()));
  }
  return Ok();
}

Result<std::vector<LearnedNode>> ListReached(Connection& connection) {
  std::vector<LearnedNode> reached;
  for (const auto& peer : TRY(ListPeers(connection))) {
    if (peer.found != Found::Named || !peer.node || !IsAnnounceable(peer.address)) continue;
    reached.push_back({*peer.node, {peer.address}});
  }
  return reached;
}

}  // namespace banyan::federation
