#pragma once
// What the origin states of a file, against what its content is.

#include <functional>

#include "storage/content/content_store.h"
#include "storage/history/manifest.h"

namespace banyan::federation {

// Receives a file whose content is here.
using TakeFile =
    std::function<void(const storage::ManifestEntry& entry, const storage::FileContent& content)>;

Error OriginLied(const storage::ManifestEntry& entry, const std::string& how);
// Corrupt unless the content is what the entry states: else the origin's manifest lies.
Status RequireStated(const storage::ManifestEntry& entry, const storage::FileContent& content);
// The same of what a session made of all chunks that the file hash names.
Result<storage::FileContent> RequireAssembled(const storage::ManifestEntry& entry,
                                              Result<storage::FileContent> content);

}  // namespace banyan::federation
