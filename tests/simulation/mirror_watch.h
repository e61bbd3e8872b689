#pragma once
// The checks of mirrored content: what a node serves of a repository is a state that its origin
// published, whole and bit for bit, and nothing else ever.

#include <map>

#include "tests/simulation/sim_node.h"

namespace banyan::simulation {

// What the file of a repository was at each card, by the card's leaf hash.
using PublishedFiles = std::map<federation::LogHash, Sha256>;
// Adds the latest cards of the node's own repositories.
void NotePublished(SimNode& node, PublishedFiles& published);

// Looks at all mirrors of the node. Fails the test.
void LookAtMirrors(SimNode& node, const PublishedFiles& published);
// Every live repository of the origin is here in the state of its latest card.
bool HasMirrored(SimNode& node, const federation::NodeId& origin);

}  // namespace banyan::simulation
