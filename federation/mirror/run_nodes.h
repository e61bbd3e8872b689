#pragma once
// The nodes of the catalog as a run reads them: no further once it is called off. Whoever walks or
// compares trees, of which an origin may have made large ones, ends so within one node.

#include "federation/mirror/mirror_peers.h"
#include "storage/history/catalog_nodes.h"

namespace banyan::federation {

// Used by one thread. Borrows both. Errors: Cancelled, and those of the catalog.
class RunNodes final : public storage::NodeStore {
 public:
  RunNodes(storage::Connection& connection, const MirrorPeers& peers)
      : nodes_(connection), peers_(peers) {}

  Result<Bytes> Load(const Sha256& id) override {
    TRY(peers_.RequireGoingOn());
    return nodes_.Load(id);
  }
  Status Store(const Sha256& id, Bytes node) override {
    TRY(peers_.RequireGoingOn());
    return nodes_.Store(id, std::move(node));
  }

 private:
  storage::CatalogNodes nodes_;
  const MirrorPeers& peers_;
};

}  // namespace banyan::federation
