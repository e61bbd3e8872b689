#pragma once
// Answers with a file of a repository, as its manifest has it: from the content store, or fetched
// from a peer when the policy wants that.

#include <memory>
#include <string>

#include "node/repository_call.h"

namespace banyan::node {

// The bytes for GET, their number for HEAD, with this strong ETag (without quotes), or what says
// why not. `entry` is no submodule.
void AnswerEntry(RepositoryCall& call, std::unique_ptr<RepositoryReading> reading,
                 const storage::ManifestEntry& entry, const std::string& etag);

// One for each client, repository and five minutes, however many files are read. Call it with the
// answer made; those that failed do not count.
void CountDownload(RepositoryCall& call, std::int64_t repository);

}  // namespace banyan::node
