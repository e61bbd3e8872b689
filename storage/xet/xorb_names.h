#pragma once
// Which xorb hashes an account may use in shards, and which chunks they are
// (storage/xet/FORMAT.md section 3). A name keeps no chunk from collection.
//
// Functions work on the connection they are given; NameXorb only inside Database::Write.

#include <optional>

#include "storage/base/sqlite.h"
#include "storage/content/content_core.h"

namespace banyan::storage {

enum class XorbOrigin {
  Shown,     // an answer named it: whether its chunks may be used is asked anew
  Uploaded,  // the account sent it, and so had its chunks
};
struct XorbName {
  XorbHash hash;
  Recipe recipe;
  XorbOrigin origin = XorbOrigin::Shown;
  std::int64_t shown_in = 0;  // the repository that it was last shown in; 0: none, or unknown
  std::int64_t used_ms = 0;
};

// Makes the name, or uses it once more: where it is now counts, and an upload stays one.
Status NameXorb(Connection& connection, std::int64_t user, const XorbName& name);
// nullopt when the account may not use this hash.
Result<std::optional<XorbName>> FindXorb(Connection& connection, std::int64_t user,
                                         const XorbHash& hash);

// The chunks of a name. NotFound when packs that held them are gone, or hold others now.
Result<ChunkList> ChunksOf(ContentCore& core, const XorbName& name);

}  // namespace banyan::storage
