#pragma once
// The reading of one pack, chunk by chunk, that scrubs of every pace are made of. Internal to
// storage.

#include <functional>

#include "storage/content/content_core.h"
#include "storage/content/scrub.h"

namespace banyan::storage {

// The one that follows `after` in the order of ids, of sealed and open packs up to `until`; 0:
// none.
PackId NextPack(PackStore& packs, PackId after, PackId until);

enum class ScrubExtent { Whole, Part };

// Reads the pack from `chunk` on, which moves on with it, and adds to `report` what is read and
// what is damaged. `may_read` is asked before each chunk: when it says false the reading ends there
// (Part). A pack that cannot be read at all, by the disk's own word too, is damaged, and not among
// report.packs. One that a collection took away meanwhile is not; an error that says nothing of the
// bytes, such as too many open files, is returned. No lock is held between two chunks.
Result<ScrubExtent> ScrubPack(ContentCore& core, PackId id, std::uint32_t& chunk,
                              const std::function<bool()>& may_read, ScrubReport& report);

}  // namespace banyan::storage
