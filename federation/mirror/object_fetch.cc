#include "federation/mirror/object_fetch.h"

#include <algorithm>

#include "federation/obtained_objects.h"

namespace banyan::federation {

using storage::Connection;

namespace {

// Of one node no more items are said to be below it, so that sums stay exact.
constexpr std::uint64_t kMostItems = std::uint64_t{1} << 48;

struct Below {
  std::vector<storage::ChildRef> children;
  std::uint64_t items = 0;
};
Result<Below> ListBelow(const storage::SearchNode& node) {
  Below below;
  if (node.level == 0) {
    below.items = node.items.size();
    return below;
  }
  std::set<Sha256> named;
  for (const auto& item : node.items) {
    below.children.push_back(TRY(storage::ParseChildRef(item.value)));
    const auto& child = below.children.back();
    if (child.item_count > kMostItems) {
      return Error(Errc::Corrupt, "a search tree has more items than there can be");
    }
    below.items += child.item_count;
    if (named.insert(child.id).second) continue;
    return Error(Errc::Corrupt, "a search tree names one node twice");
  }
  return below;
}

}  // namespace

Status ObjectFetch::FetchTrees(const std::vector<Sha256>& roots, std::uint64_t most_items) {
  std::vector<Node> level;
  for (const auto& root : roots) {
    if (seen_.insert(root).second) level.push_back({root, -1, most_items});
  }
  while (!level.empty()) {
    std::vector<Node> children;
    for (std::size_t at = 0; at < level.size(); at += kMaxObjectsAsked) {
      TRY(peers_.RequireGoingOn());
      const auto end = std::min(level.size(), at + kMaxObjectsAsked);
      const std::vector<Node> some(level.begin() + static_cast<std::ptrdiff_t>(at),
                                   level.begin() + static_cast<std::ptrdiff_t>(end));
      TRY(FetchLevel(some, children));
    }
    level = std::move(children);
  }
  return Ok();
}

Status ObjectFetch::FetchLevel(const std::vector<Node>& nodes, std::vector<Node>& children) {
  std::map<Sha256, Node> missing;
  for (const auto& node : TRY(ListMissing(nodes, children))) missing.emplace(node.id, node);
  std::vector<Sha256> ids;
  for (const auto& [id, node] : missing) ids.push_back(id);
  return FetchObjects(std::move(ids), [&](std::vector<FetchedObject> objects) -> Status {
    for (const auto& object : objects) {
      TRY(AddChildren(missing.at(object.id), object.bytes, children));
    }
    return database_.Write([&](Connection& connection) -> Status {
      for (const auto& object : objects) {
        TRY(storage::InsertNode(connection, object.id, object.bytes));
        TRY(NoteObtainedNode(connection, object.id));
      }
      return Ok();
    });
  });
}

// Those that count as here may lack nodes below, since they come from the root down.
Result<std::vector<ObjectFetch::Node>> ObjectFetch::ListMissing(const std::vector<Node>& nodes,
                                                                std::vector<Node>& children) {
  std::vector<Node> missing;
  auto lease = TRY(database_.Read());
  storage::CatalogNodes stored(*lease);
  for (const auto& node : nodes) {
    if (TRY(FindObtainedNode(*lease, node.id)) == storage::Presence::Absent) {
      missing.push_back(node);
    } else if (node.level != 0) {
      TRY(AddChildren(node, TRY(stored.Load(node.id)), children));
    }
  }
  return missing;
}

Status ObjectFetch::AddChildren(const Node& node, ByteView bytes, std::vector<Node>& children) {
  const auto parsed = TRY(storage::ParseNode(bytes).Context("node " + node.id.ToString()));
  const bool is_in_place = node.level < 0 || (node.level == parsed.level && !parsed.items.empty());
  if (!is_in_place) return Error(Errc::Corrupt, "a search tree has a node in the wrong place");
  const auto below = TRY(ListBelow(parsed));
  if (node.level < 0 && below.items > node.items) {
    return Error(Errc::TooLarge, "a search tree of " + std::to_string(below.items) +
                                     " items, where at most " + std::to_string(node.items) +
                                     " are taken");
  }
  if (node.level >= 0 && below.items != node.items) {
    return Error(Errc::Corrupt, "a search tree has another number of items than it says");
  }
  for (const auto& child : below.children) {
    if (!seen_.insert(child.id).second) continue;
    children.push_back({child.id, parsed.level - 1, child.item_count});
  }
  if (seen_.size() <= limits_.nodes) return Ok();
  return Error(Errc::TooLarge, "the trees of this repository have more than " +
                                   std::to_string(limits_.nodes) + " nodes that are not here");
}

Status ObjectFetch::RequireRoom() {
  if (bytes_ > limits_.bytes) {
    return Error(Errc::TooLarge,
                 "the trees and commits of this repository take more bytes than a mirror takes");
  }
  return admit_ ? admit_(bytes_) : Ok();
}

Status ObjectFetch::FetchObjects(std::vector<Sha256> ids, const Take& take) {
  if (ids.empty()) return Ok();
  return peers_.Try([&](PeerSource& peer) -> Status {
    std::vector<Sha256> absent;
    Status asked = AskOne(peer, ids, absent, take);
    ids.insert(ids.end(), absent.begin(), absent.end());
    if (!asked || ids.empty()) return asked;
    return Error(Errc::NotFound, "has not " + std::to_string(ids.size()) + " objects, such as " +
                                     ids.front().ToString());
  });
}

// Takes from `wanted` what came, and what this peer has not.
Status ObjectFetch::AskOne(PeerSource& peer, std::vector<Sha256>& wanted,
                           std::vector<Sha256>& absent, const Take& take) {
  while (!wanted.empty()) {
    TRY(peers_.RequireGoingOn());
    const auto asked =
        std::span<const Sha256>(wanted).first(std::min(wanted.size(), kMaxObjectsAsked));
    auto answer = TRY(peer.GetObjects(asked));
    if (answer.empty()) return Error(Errc::Unavailable, "gave none of the objects");
    if (answer.size() > asked.size()) return Error(Errc::Corrupt, "more objects than asked for");
    std::vector<FetchedObject> objects;
    std::vector<Sha256> not_there;
    for (std::size_t i = 0; i < answer.size(); ++i) {
      if (!answer[i]) {
        not_there.push_back(asked[i]);
        continue;
      }
      if (answer[i]->size() > storage::kMaxNodeBytes || HashSha256(*answer[i]) != asked[i]) {
        return Error(Errc::Corrupt, "another object than " + asked[i].ToString());
      }
      bytes_ += answer[i]->size();
      objects.push_back({asked[i], *std::move(answer[i])});
    }
    const Status room = RequireRoom();
    if (!room) return peers_.Stop(room.error());
    const Status taken = take(std::move(objects));
    if (!taken) return peers_.Stop(taken.error());
    absent.insert(absent.end(), not_there.begin(), not_there.end());
    wanted.erase(wanted.begin(), wanted.begin() + static_cast<std::ptrdiff_t>(answer.size()));
  }
  return Ok();
}

}  // namespace banyan::federation
