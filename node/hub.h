#pragma once
// What routes work with. All of it outlives the routes and is safe for concurrent use.

#include <string>

#include "federation/mirror/arriving_files.h"
#include "node/answer_cache.h"
#include "node/config.h"
#include "node/health.h"
#include "node/metrics.h"
#include "node/policy_file.h"
#include "node/rate_limiter.h"
#include "node/signed_link.h"
#include "storage/base/clock.h"
#include "storage/base/random.h"
#include "storage/catalog/quota.h"
#include "storage/catalog/usage.h"
#include "storage/content/local_content_store.h"

namespace banyan::node {

class ContentHolders;
class DemandedFiles;

struct Hub {
  Clock& clock;
  Random& random;
  const Config& config;
  storage::Database& database;
  storage::LocalContentStore& content;
  storage::Usage& usage;
  RateLimiter& downloads;  // one download counts for a client and repository at a time
  Metrics& metrics;
  const LinkSigner& signer;
  AnswerCache& answers;
  PolicyFile& policy;
  DemandedFiles* demanded = nullptr;  // nullptr: nothing is fetched because a client asks
  federation::ArrivingFiles* arriving =
      nullptr;                        // nullptr: nothing is passed on before it is whole
  ContentHolders* holders = nullptr;  // nullptr: no peer is asked what it holds

  // The absolute form of a path of ours under public_url, which is set. Answers: node/links.h.
  std::string Link(std::string_view path) const { return config.public_url + std::string(path); }
  storage::QuotaPolicy quota() const;
};

}  // namespace banyan::node
