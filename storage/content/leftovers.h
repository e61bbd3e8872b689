#pragma once
// What was stored for an upload that came to nothing: it was refused, or broke off. A session that
// has ended holds it until the next collection, so that it counts as loose (loose_places.h) as long
// as it lies on the disk. Whoever sends it again finds it there, and a file that has it lets go of
// it.

#include "storage/content/content_core.h"
#include "storage/content/session_owner.h"

namespace banyan::storage {

// Without what files of the repository have. The chunks must be pinned. Nothing happens when the
// account or the repository is gone. Of very many, some may be held and others not after an error.
Status HoldLeftovers(ContentCore& core, const SessionOwner& owner, const Recipe& chunks);

// Pins what is stored for an upload, and holds it as left over unless it was kept.
class PinnedUpload {
 public:
  PinnedUpload(ContentCore& core, const SessionOwner& owner)
      : core_(core), owner_(owner), pinned_(core) {}
  ~PinnedUpload();
  PinnedUpload(const PinnedUpload&) = delete;
  PinnedUpload& operator=(const PinnedUpload&) = delete;
  Recipe& recipe() { return pinned_.recipe; }
  void Kept() { is_kept_ = true; }

 private:
  ContentCore& core_;
  const SessionOwner owner_;
  PinnedRecipe pinned_;
  bool is_kept_ = false;
};

}  // namespace banyan::storage
