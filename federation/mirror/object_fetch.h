#pragma once
// Objects by their hash, from several peers: whole search trees, breadth first, and single objects.
// What arrives was hashed before anything is done with it, and is kept at once, so that a run that
// breaks off goes on where it was.
//
//   ids ─▶ in the catalog? ─▶ looked below
//       └▶ asked for, 1,024 at a time ─▶ hashed ─▶ is there room? ─▶ parsed ─▶ stored ─▶ looked
//       below

#include <functional>
#include <limits>
#include <optional>
#include <set>
#include <vector>

#include "federation/mirror/mirror_peers.h"
#include "storage/base/sqlite.h"

namespace banyan::federation {

// Of one run. No honest repository comes near.
struct ObjectLimits {
  std::uint64_t nodes = 1u << 20;
  std::uint64_t bytes = std::uint64_t{4} << 30;
};

struct FetchedObject {
  Sha256 id;
  Bytes bytes;
};

// Used by one thread. Borrows all.
class ObjectFetch {
 public:
  // Told how many bytes came in all, before the last of them are kept; its errors end the call.
  using Admit = std::function<Status(std::uint64_t bytes)>;
  ObjectFetch(storage::Database& database, MirrorPeers& peers, const ObjectLimits& limits = {},
              Admit admit = nullptr)
      : database_(database), peers_(peers), limits_(limits), admit_(std::move(admit)) {}

  // Brings every node under `roots` into the catalog. Nothing keeps them there yet, so that a
  // collection may come between. Corrupt when a node, though it is the one that was named, is
  // malformed, names a child twice, or has another level or number of items below it than its
  // parent says: whoever made the tree is to blame. TooLarge past the limits, and for a tree of
  // more than `most_items`, as its root says.
  static constexpr auto kAnyNumber = std::numeric_limits<std::uint64_t>::max();
  Status FetchTrees(const std::vector<Sha256>& roots, std::uint64_t most_items = kAnyNumber);

  // Each of `ids` in any order, some at a time. `take` is called with what hashes as it should;
  // its errors end the call.
  using Take = std::function<Status(std::vector<FetchedObject> objects)>;
  Status FetchObjects(std::vector<Sha256> ids, const Take& take);

  std::uint64_t fetched_bytes() const { return bytes_; }

 private:
  struct Node {
    Sha256 id;
    int level = -1;           // that its parent says; -1: a root
    std::uint64_t items = 0;  // below it: what its parent says; of a root at most so many
  };
  Status FetchLevel(const std::vector<Node>& nodes, std::vector<Node>& children);
  Result<std::vector<Node>> ListMissing(const std::vector<Node>& nodes,
                                        std::vector<Node>& children);
  Status AddChildren(const Node& node, ByteView bytes, std::vector<Node>& children);
  Status RequireRoom();
  Status AskOne(PeerSource& peer, std::vector<Sha256>& wanted, std::vector<Sha256>& absent,
                const Take& take);

  storage::Database& database_;
  MirrorPeers& peers_;
  const ObjectLimits limits_;
  const Admit admit_;
  std::set<Sha256> seen_;  // nodes
  std::uint64_t bytes_ = 0;
};

}  // namespace banyan::federation
