#pragma once
// The answer for a file that a repository has and this node does not hold.

#include "node/http/http_types.h"
#include "node/hub.h"
#include "storage/catalog/repositories.h"
#include "storage/history/manifest.h"

namespace banyan::node {

// Empty when the policy wants this repository's files on demand; else why a file that is not held
// is not given, and who has it.
Result<std::string> WhyRefused(Hub& hub, const storage::Repository& repository);

enum class Absent {
  GoOn,      // nothing was answered
  Answered,  // 403, 429 or 503, with the reason
};
// Has the file fetched when the policy wants that, and waits some seconds for it: to go on is to
// look for its content again. Never 404, which clients take for the absence of the file.
Absent FetchOrAnswer(Hub& hub, const storage::Repository& repository,
                     const storage::ManifestEntry& entry, Response& response);

// For HEAD: to go on is to answer from the manifest.
Absent LookOrAnswer(Hub& hub, const storage::Repository& repository, Response& response);

}  // namespace banyan::node
