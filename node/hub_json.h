#pragma once
// Things of storage in the JSON that hub clients read. Pure functions.

#include <map>
#include <string>
#include <vector>

#include "federation/mirror_state.h"
#include "storage/base/json_fwd.h"
#include "storage/catalog/repositories.h"
#include "storage/history/history.h"

namespace banyan::node {

// An item of tree and paths-info; `last` is its lastCommit, if it was asked for and found.
Json TreeItemJson(const storage::TreeItem& item, const storage::CommitRecord* last = nullptr);

// {"sha256", "size", "pointerSize"} as siblings have it; with "oid" for "sha256" in trees.
Json LfsJson(const storage::ManifestEntry& entry, const char* digest_name);

// The properties of a repository that its catalog row holds, by the names that `expand` uses,
// with "_id", "id" and "modelId".
Json RepositoryJson(const storage::Repository& repository, const std::vector<std::string>& tags);
// What the metadata column holds: cardData, config, safetensors, gguf, baseModels.
void AddMetadataJson(Json& out, const Json& metadata, storage::RepositoryKind kind);

// Only "_id", "id" and the named properties remain.
Json KeepProperties(const Json& all, const std::vector<std::string>& names);

// Where a mirrored repository is from, how new what is known of it may be, who vouches, and how
// much of a revision is held.
Json MirrorJson(const federation::MirrorMark& mark, const federation::Holdings& holdings);

// {"status", "reason", "scope", "answer"}: what is stated of it, and what this node does.
Json StandingJson(const storage::Repository& repository);

// false, "auto" or "manual".
Json GatingJson(storage::Gating gating);

}  // namespace banyan::node
