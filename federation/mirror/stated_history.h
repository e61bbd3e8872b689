#pragma once
// What a card states of a repository's history, read from its trees: refs, commits and tags.
// Nothing of it is proven but that the card states it.

#include "federation/commit_tree.h"
#include "federation/format/card.h"
#include "federation/mirror/object_fetch.h"
#include "storage/history/ref_list.h"

namespace banyan::federation {

// What a mirror takes of one repository: all of it is in memory at once (PROTOCOL.md section 12).
inline constexpr std::uint64_t kMaxStatedCommits = 262'144;  // annotated tags among them
inline constexpr std::uint64_t kMaxStatedRefs = 65'536;

// What an origin states twice, and not the same; no peer is to blame.
Error OriginContradicts(const std::string& what);

struct StatedHistory {
  std::map<std::string, storage::RefListEntry> refs;  // by full name
  std::map<GitOid, CommitTreeEntry> commits;          // and annotated tags
  storage::PendingNodes nodes;                        // of the commit tree

  // Those of the refs, each once.
  std::set<Sha256> RefManifests() const;
};

// `nodes` must have both trees. Corrupt when an entry is malformed, a tree has not the shape that
// its content gives, or the trees and the card contradict each other; Invalid for a ref that no
// repository here could have; TooLarge for more commits or refs than a mirror takes.
Result<StatedHistory> ReadStatedHistory(storage::NodeStore& nodes, const CardContent& content);

// Brings what is lacking of the commits and tags themselves into the catalog, where nothing keeps
// them yet. Corrupt when one, though its SHA-256 is as stated, has another id.
Status FetchCommits(ObjectFetch& fetch, storage::Database& database, storage::ContentStore& store,
                    const StatedHistory& stated, std::int64_t now_ms);

}  // namespace banyan::federation
