#pragma once
// Answers that strangers ask for again and again, such as what a public repository is: kept until
// anything in the catalog changes, so that whoever asks after a change sees it. Thread safe.

#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

#include "node/http/router.h"
#include "storage/base/mutex.h"
#include "storage/base/sqlite.h"

namespace banyan::node {

class AnswerCache {
 public:
  static constexpr std::size_t kMaxBodyBytes = 64u << 10;
  static constexpr std::size_t kMaxBytes = 16u << 20;  // then everything is forgotten
  explicit AnswerCache(storage::Database& database) : database_(database) {}

  // `handler`, asked only for what is not kept. Its answers to GET by somebody who is not signed in
  // must depend on nothing but the target and the catalog; others always reach it. Only answers
  // with status 200 are kept.
  Handler Around(Handler handler);

 private:
  struct Kept {
    HeaderList headers;
    std::string body;
  };
  // Changes with every commit to the catalog; nullopt when it cannot be read.
  std::optional<std::int64_t> Version();
  std::shared_ptr<const Kept> Find(const std::string& target, std::int64_t version);
  void Keep(const std::string& target, std::int64_t version, const Response& made);

  storage::Database& database_;
  Mutex version_mutex_;
  std::optional<storage::Database::Lease> watcher_ GUARDED_BY(version_mutex_);
  Mutex mutex_;
  std::int64_t version_ GUARDED_BY(mutex_) = 0;  // of the catalog before `kept_` was read
  std::size_t bytes_ GUARDED_BY(mutex_) = 0;
  std::unordered_map<std::string, std::shared_ptr<const Kept>> kept_ GUARDED_BY(mutex_);
};

}  // namespace banyan::node
