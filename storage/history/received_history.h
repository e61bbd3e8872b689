#pragma once
// Taking in history that somebody else made: a git push, or a mirror's fetch. The objects are
// pending in a GitObjects (written there from a received pack); what they add is verified as a
// whole, without a lock, and becomes a HistoryChange to enter.
//
// What is verified
//  1. Every new commit, tree and blob that the refs need is among the received objects, or is
//     this repository's own: what other repositories hold is as if it were not there.
//  2. A blob that is a canonical LFS pointer names a file this repository may use.
//  3. Unless mirrored: paths are legal and clash with no other of their folder, a plain blob is not
//     larger than kMaxGitBlobBytes, there is no submodule, and no symbolic link that leads out of
//     the repository, and no commit adds a weight file whose header cannot be true
//     (weight_check.h).
//  4. What was sent does not make files without end, as trees do that name one tree many times:
//     ReceiveOptions::most_changes.
// Received objects that nothing needs are dropped. Whether a ref may move (rights, fast-forward
// only) is for the caller.

#include <functional>

#include "storage/history/history.h"
#include "storage/history/history_change.h"

namespace banyan::storage {

struct ReceivedRef {
  std::string name;              // full
  std::optional<GitOid> before;  // what the sender saw
  std::optional<GitOid> after;   // a commit or annotated tag; nullopt: delete it
};

struct ReceiveOptions {
  bool mirrored = false;
  // Files and folders that differ from the parent's: of all commits together, or of each that is
  // mirrored. 16 more for each tree and commit that was received, and 2 for each blob.
  std::uint64_t most_changes = 500'000;
  // Of the manifests of all commits together, and of the changes of one, which wait in memory. A
  // mirror has no such limit: nobody can send it less.
  std::uint64_t most_manifest_bytes = 256u << 20;
  // For a mirror: the manifest entry of a file whose content is not held (yet), from the origin's
  // manifest; nullopt when it names none.
  std::function<Result<std::optional<ManifestEntry>>(const std::string& path,
                                                     const TreeEntry& entry)>
      absent_file;
  // Asked at each commit and each file and folder that changed; its error ends the work.
  std::function<Status()> go_on;

  Status RequireGoingOn() const { return go_on ? go_on() : Ok(); }
};

// Takes the pending objects of `objects`. NotFound when something is missing, Invalid for what
// the rules refuse, TooLarge for a large plain blob and beyond the options' limits; each names the
// path or object and what to do. The error of `go_on`.
// Sync the content store before entering the change.
Result<HistoryChange> VerifyReceived(GitObjects& objects, std::int64_t repository,
                                     const std::vector<ReceivedRef>& refs,
                                     const ReceiveOptions& options = {});

// True when `after` has `before` in its log. Both must be readable through `objects`.
enum class Descent { Descends, Diverges };
Result<Descent> CompareCommits(GitObjects& objects, const GitOid& before, const GitOid& after);

}  // namespace banyan::storage
