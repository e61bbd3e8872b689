#pragma once
// Reads packs that a git of ours has received and indexed into pending objects. Their deltas are
// resolved by now and all ids were computed; here each object is read within limits, its id is
// computed once more (with collision detection), and file contents go to the content store.

#include <functional>
#include <string>

#include "storage/history/git_objects.h"

namespace banyan::storage {

struct ReceivedPackLimits {
  std::uint64_t max_object_bytes = 32u << 20;  // of one commit, tree or tag
  std::uint64_t max_held_bytes = 64u << 20;    // of all of them, which wait in memory
  std::function<Status()> go_on = nullptr;     // asked at each object; its error ends the work
};

// Every pack of `directory` that has an index. A blob above kMaxGitBlobBytes is not read: what is
// pending of it is its size alone, which VerifyReceived refuses where a file has it. TooLarge over
// the limits, Corrupt for what cannot be read, and the errors of the content store.
Status ReadReceivedPacks(GitObjects& objects, FileSystem& fs, const std::string& directory,
                         const ReceivedPackLimits& limits = {});

}  // namespace banyan::storage
