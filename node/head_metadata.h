#pragma once
// Keeps what the catalog says about heads of repositories (licence, task, tags, search text, ...)
// in step with them. Reading a revision's card and file headers takes a while, so it is not done
// in the transaction that moves a branch but right after it, holding no lock; the row tells which
// commit it speaks of (storage::Repository::described). Thread safe.

#include "storage/base/sqlite.h"
#include "storage/content/content_store.h"

namespace banyan::node {

// Call after every change that may have moved the head: commit, push, squash, another default
// branch. Does nothing when the row speaks of the head already. The change stands whatever comes
// of this; after an error DescribeHeads makes it good.
Status DescribeHead(storage::Database& database, storage::ContentStore& content,
                    std::int64_t repository);
// All repositories whose rows are behind, such as after a crash. For a job of the node. Goes on
// after an error with one of them and returns the first.
Status DescribeHeads(storage::Database& database, storage::ContentStore& content);

}  // namespace banyan::node
