#pragma once
// The ref list of a repository: branches and tags, each with its commit and manifest, as a search
// tree (storage/history/FORMAT.md section 3). Its root stands for the whole public state of a
// repository's history. Other refs (refs/pr/...) are not in it.
//
// Value bytes of a full ref name: target (20: a commit, or an annotated tag object), the commit it
// leads to (20), root of that commit's manifest (32).

#include "storage/history/catalog_nodes.h"

namespace banyan::storage {

struct RefListEntry {
  GitOid target;
  GitOid commit;
  Sha256 manifest;
  auto operator<=>(const RefListEntry&) const = default;
};

std::string EncodeRefListEntry(const RefListEntry& entry);
// Strict: Corrupt for another size.
Result<RefListEntry> ParseRefListEntry(std::string_view value);

// The current ref list, built in `nodes` from the catalog's rows; returns its root.
Result<Sha256> BuildRefList(Connection& connection, std::int64_t repository, NodeStore& nodes);
// The same, its nodes stored. Inside a transaction.
Result<Sha256> StoreRefList(Connection& connection, std::int64_t repository);

}  // namespace banyan::storage
