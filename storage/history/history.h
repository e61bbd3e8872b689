#pragma once
// Reading one repository's history: the log, folders, single files, who changed a file last, and
// what differs between two revisions. A request makes one on its connection (in a Snapshot, if
// several answers must agree) and drops it afterwards.
//
// Errors: NotFound for a missing folder or path; Corrupt when the catalog contradicts itself.
// Sizes of what a caller asks for (limit, max_bytes) are the caller's to bound.

#include <memory>

#include "storage/history/catalog_nodes.h"
#include "storage/history/git_objects.h"
#include "storage/history/manifest.h"
#include "storage/history/revisions.h"

namespace banyan::storage {

struct CommitRecord {
  GitOid oid;
  GitOid tree;
  std::vector<GitOid> parents;
  std::string author_name;
  std::string author_email;
  std::int64_t time_ms = 0;   // of the committer; ends with the year 9999
  std::string message;        // without line ends at its end
  std::string Title() const;  // the first line of the message
};

// A file or folder of a listing.
struct TreeItem {
  std::string path;  // from the root
  bool is_folder = false;
  GitOid oid;           // blob or tree
  ManifestEntry entry;  // of a file
};

struct PathChange {
  std::string path;
  std::optional<ManifestEntry> before;
  std::optional<ManifestEntry> after;
};

class History {
 public:
  static Result<std::unique_ptr<History>> Open(Connection& connection, ContentStore& store,
                                               std::int64_t repository);

  Result<ResolvedRevision> Resolve(std::string_view text);
  Result<CommitRecord> ReadCommit(const GitOid& commit);

  // The log, newest first; revision.ancestors is its length.
  Result<std::vector<CommitRecord>> Log(const Revision& revision, std::size_t offset,
                                        std::size_t limit);

  struct ListOptions {
    std::string folder;      // "" is the root
    bool recursive = false;  // all below, each folder before its content
    std::string after;       // `next` of the page before
    std::size_t limit = 1000;
  };
  struct Listing {
    std::vector<TreeItem> items;  // in git's order
    std::string next;             // empty at the end
  };
  Result<Listing> List(const Revision& revision, const ListOptions& options);
  // Files and folders of these paths; those that do not exist are left out.
  Result<std::vector<TreeItem>> FindPaths(const Revision& revision,
                                          const std::vector<std::string>& paths);
  // nullopt when there is no such file.
  Result<std::optional<ManifestEntry>> FindFile(const Revision& revision, std::string_view path);
  // The content of a file that is not larger than `max_bytes` (TooLarge otherwise); nullopt when
  // there is no such file or its content is not held here.
  Result<std::optional<Bytes>> ReadSmallFile(const Revision& revision, std::string_view path,
                                             std::size_t max_bytes);

  // The commit that last changed each file or folder, as `git log -1 -- path` finds it. Looks at
  // no more than `max_commits` commits; paths that are older are left out.
  Result<std::map<std::string, CommitRecord>> LastCommits(const Revision& revision,
                                                          const std::vector<std::string>& paths,
                                                          std::size_t max_commits = 1000);

  struct Difference {
    std::vector<PathChange> changes;  // in path order
    bool complete = true;             // false: cut off after `limit`
  };
  Result<Difference> Compare(const Revision& before, const Revision& after, std::size_t limit);

  // For what is not here. The manifest of `revision` is readable through nodes() afterwards, made
  // again from the git tree if its nodes were lost.
  Status LoadManifest(const Revision& revision);
  GitObjects& objects() { return *objects_; }
  NodeStore& nodes() { return nodes_; }
  PendingNodes TakeNodes() { return nodes_.TakePending(); }
  Connection& connection() { return connection_; }

 private:
  History(Connection& connection, std::unique_ptr<GitObjects> objects, std::int64_t repository)
      : connection_(connection),
        repository_(repository),
        objects_(std::move(objects)),
        nodes_(connection) {}
  Result<GitOid> TreeOf(const Revision& revision);

  Connection& connection_;
  const std::int64_t repository_;
  std::unique_ptr<GitObjects> objects_;
  CatalogNodes nodes_;
};

// Reads a commit object.
Result<CommitRecord> ParseCommit(GitObjects& objects, const GitOid& commit);

}  // namespace banyan::storage
