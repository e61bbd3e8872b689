#pragma once
// What a caller may read by hash alone: a file's content when some repository that the caller may
// read files of holds it, committed; a manifest node when it lies under the manifest of a revision
// of such a repository. A hash is a name, never a key: anything else is the same NotFound.

#include <list>
#include <map>
#include <memory>
#include <set>

#include "storage/base/mutex.h"
#include "storage/catalog/authorisation.h"
#include "storage/content/content_store.h"

namespace banyan::storage {

Result<FileContent> FindReadableFile(Connection& connection, const Caller& caller,
                                     const FileHash& hash);

// Objects below manifest roots. Remembers the node ids of recently used roots. Thread safe.
class ReadableObjects {
 public:
  // `root` is a manifest root; `id` the root itself or a node below it.
  Result<Bytes> Find(Connection& connection, const Caller& caller, const Sha256& root,
                     const Sha256& id);

 private:
  using NodeSet = std::shared_ptr<const std::set<Sha256>>;
  Result<NodeSet> NodesBelow(Connection& connection, const Sha256& root);

  Mutex mutex_;
  std::map<Sha256, NodeSet> sets_ GUARDED_BY(mutex_);
  std::list<Sha256> recent_ GUARDED_BY(mutex_);
};

}  // namespace banyan::storage
