#pragma once
// The meta object of a card: what people call a repository (PROTOCOL.md section 4). Names are
// nowhere else in the log, and the salt keeps its hash from telling them once it is dropped.

#include <array>

#include "storage/base/json_fwd.h"
#include "storage/base/random.h"
#include "storage/catalog/repositories.h"

namespace banyan::federation {

inline constexpr std::size_t kMaxMetaBytes = 64u << 10;

// The members but the salt. `metadata` is the catalog's column (storage/metadata/FORMAT.md section
// 5). What finds no room, or has no form in canonical JSON, is left out.
Json DescribeMeta(const storage::Repository& repository, const Json& metadata);

// With a fresh salt. Errors as RenderCanonical.
Result<Bytes> SealMeta(Json members, Random& random);
// The members of a sealed one without the salt. Invalid when it is none.
Result<Json> OpenMeta(ByteView meta);
// What a sealed one calls its repository, as it stands there; nullopt when it does not.
std::optional<storage::RepositoryId> NameInMeta(ByteView meta);

}  // namespace banyan::federation
