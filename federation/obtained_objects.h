#pragma once
// Which objects a mirror may count as here. An origin names the trees and commits of its
// repositories by hash, and could so ask whether this node has those of a private repository, or
// have them opened as its own. Here is therefore only what a public card reaches already, and what
// peers gave for a card that nothing was opened of yet.
//
// Functions work on the connection they are given; those that change something inside
// Database::Write.

#include "storage/history/catalog_nodes.h"

namespace banyan::federation {

// Of a tree node.
Result<storage::Presence> FindObtainedNode(storage::Connection& connection, const Sha256& id);
// Of the commit or annotated tag `oid`, whose body has the SHA-256 `body`.
Result<storage::Presence> FindObtainedCommit(storage::Connection& connection, const Sha256& body,
                                             const GitOid& oid);

// A peer gave it, and the catalog has it. Counts until a card opens it or it is collected.
Status NoteObtainedNode(storage::Connection& connection, const Sha256& id);
Status NoteObtainedCommit(storage::Connection& connection, const Sha256& body, const GitOid& oid);
// A card opened it.
Status ForgetObtained(storage::Connection& connection, const Sha256& id);

}  // namespace banyan::federation
