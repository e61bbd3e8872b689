#pragma once
// What a mirrored repository is called here. Its origin says kind, namespace and name; the
// namespace is the origin's own if that is free here when the first of its repositories comes, else
// `<first 16 characters of its node id>_<namespace>`, and stays what it was.
//
// Functions work on the connection they are given.

#include "federation/format/node_id.h"
#include "federation/format/repository_key.h"
#include "storage/catalog/accounts.h"
#include "storage/catalog/repositories.h"

namespace banyan::federation {

struct MirrorName {
  storage::RepositoryId at_origin;
  std::string branch;  // the default one
};
// From a card's meta object. Invalid when it is none, or no repository here could be called so.
Result<MirrorName> ReadMirrorName(ByteView meta);

// The namespace here that stands for one of the origin, made if it is not there. Inside
// Database::Write.
Result<storage::Namespace> BindNamespace(storage::Connection& connection, std::int64_t origin,
                                         const NodeId& node, const std::string& name,
                                         std::int64_t now_ms);

struct MirrorIdentity {
  std::int64_t origin = 0;  // its row
  NodeId node;
  RepositoryKey key;
};
// nullopt when it has no row here yet. Invalid when another origin's repository, or one of this
// node's own, has its uid.
Result<std::optional<storage::Repository>> FindMirrored(storage::Connection& connection,
                                                        const MirrorIdentity& identity);

// Finds or makes the repository's row, private as long as it has no content, and gives it the name
// that its origin gave it; the old one leads here from then on. Inside Database::Write. Invalid
// when another repository has the name here: the message is for the operator.
Result<storage::Repository> PlaceMirror(storage::Connection& connection, Random& random,
                                        const MirrorIdentity& identity, const MirrorName& name,
                                        std::int64_t now_ms);

}  // namespace banyan::federation
