#pragma once
// Puts the history of one repository into a pack, as git would have it: what the given refs reach
// and earlier packs have not. Trees and texts that have a version before them in the same pack go
// as deltas, so that thousands of commits stay small.
//
// Invariant: an object in a pack has all that it needs in that pack and the earlier ones, but for
// the parents of shallow commits. So a walk ends at what is there.

#include <functional>
#include <list>
#include <vector>

#include "storage/history/history.h"
#include "storage/history/history_mark.h"
#include "storage/history/pack_index.h"
#include "storage/history/pack_writer.h"

namespace banyan::storage {

// Used by one thread. Borrows all.
class PackExport {
 public:
  enum class Depth {
    All,   // the whole history; ends at the first file that is not here
    Tips,  // the commits of the refs alone, without those before them
  };
  struct Parts {
    History& history;
    std::int64_t repository = 0;
    const std::vector<PackIndex>& known;
    PackWriter& writer;
    std::function<Status()> go_on;  // asked at each commit; its error ends the walk
    Depth depth = Depth::All;
  };
  // A file whose content is not here, of a mirror.
  struct Absent {
    std::string path;
    ManifestEntry entry;
  };
  static constexpr std::size_t kMaxAbsent = 10'000;

  explicit PackExport(Parts parts) : parts_(std::move(parts)) {}

  // Everything under the ref.
  Status Add(const Ref& ref);
  // If there are any, the pack is not complete and must not be finished.
  const std::vector<Absent>& absent() const { return absent_; }
  // The commits whose parents were left out, as git's file "shallow" names them.
  const std::vector<GitOid>& shallow() const { return shallow_; }

 private:
  using Tree = std::shared_ptr<const Bytes>;

  bool Has(const GitOid& oid) const;
  Status AddTags(const Ref& ref);
  Status AddCommits(const GitOid& tip);
  Status AddTreeOf(const GitOid& commit, const CommitLinks& links);
  Status AddTree(const std::optional<GitOid>& before, const GitOid& after,
                 const std::string& prefix, int depth);
  Status AddBlob(const std::optional<GitOid>& before, const TreeEntry& entry,
                 const std::string& path);
  Status WriteText(const std::optional<GitOid>& before, const GitOid& oid, const Bytes& data);
  Status NoteAbsent(const GitOid& oid, const std::string& path);
  Result<Tree> ReadTree(const GitOid& oid);

  const Parts parts_;
  GitOid commit_;                          // whose tree is walked
  std::optional<Revision> with_manifest_;  // the revision of commit_, when its manifest was loaded
  std::vector<Absent> absent_;
  std::vector<GitOid> shallow_;
  std::unordered_map<GitOid, Tree> trees_;  // those read last
  std::size_t tree_bytes_ = 0;
};

}  // namespace banyan::storage
