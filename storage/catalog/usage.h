#pragma once
// Figures that change with every request, gathered in memory and written together: downloads per
// repository and when a token was last used. A crash loses what was not flushed. Thread safe.

#include <cstdint>
#include <map>

#include "storage/base/mutex.h"
#include "storage/base/sqlite.h"

namespace banyan::storage {

class Usage {
 public:
  // One served file or snapshot of the repository, by the caller's own rule.
  void CountDownload(std::int64_t repository);
  // Kept to the minute, so that a busy token costs one write a minute.
  void TokenUsed(std::int64_t token, std::int64_t now_ms);

  // Writes what was gathered in one transaction; call it every few seconds and at shutdown. On an
  // error nothing is lost: the figures are kept for the next call.
  Status Flush(Database& database);

 private:
  using Figures = std::map<std::int64_t, std::int64_t>;
  void Restore(const Figures& downloads, const Figures& token_minutes_ms);

  Mutex mutex_;
  Figures downloads_ GUARDED_BY(mutex_);  // repository row to count
  Figures token_minutes_ms_ GUARDED_BY(mutex_);
};

}  // namespace banyan::storage
