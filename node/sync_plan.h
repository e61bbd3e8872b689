#pragma once
// What a sync would fetch: the followed repositories that are not in the state of their card, and
// how much of them is missing here.

#include "federation/mirror/repository_mirror.h"
#include "node/hub.h"

namespace banyan::node {

struct PlannedMirror {
  std::string repository;  // "models/ns/name", as its origin calls it
  Result<federation::MirrorMeasure> measure = federation::MirrorMeasure();
};

// Asks `peers` for lists of files, which stay here; nothing else is changed. Errors of one
// repository are in its line.
Result<std::vector<PlannedMirror>> PlanSync(Hub& hub,
                                            std::span<federation::PeerSource* const> peers,
                                            const std::atomic<bool>& cancelled);

}  // namespace banyan::node
