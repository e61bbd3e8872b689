#include "storage/catalog/usage.h"

#include <algorithm>

namespace banyan::storage {

void Usage::CountDownload(std::int64_t repository) {
  MutexLock lock(mutex_);
  ++downloads_[repository];
}

void Usage::TokenUsed(std::int64_t token, std::int64_t now_ms) {
  constexpr std::int64_t kMinuteMs = 60'000;
  MutexLock lock(mutex_);
  auto& minute_ms = token_minutes_ms_[token];
  minute_ms = std::max(minute_ms, now_ms - now_ms % kMinuteMs);
}

void Usage::Restore(const Figures& downloads, const Figures& token_minutes_ms) {
  MutexLock lock(mutex_);
  for (const auto& [repository, count] : downloads) downloads_[repository] += count;
  for (const auto& [token, minute_ms] : token_minutes_ms) {
    token_minutes_ms_[token] = std::max(token_minutes_ms_[token], minute_ms);
  }
}

Status Usage::Flush(Database& database) {
  Figures downloads;
  Figures token_minutes_ms;
  {
    MutexLock lock(mutex_);
    downloads.swap(downloads_);
    token_minutes_ms.swap(token_minutes_ms_);
  }
  if (downloads.empty() && token_minutes_ms.empty()) return Ok();
  Status status = database.Write([&](Connection& connection) -> Status {
    for (const auto& [repository, count] : downloads) {
      TRY(connection.Execute("UPDATE repository SET downloads = downloads + ? WHERE id = ?", count,
                             repository));
    }
    for (const auto& [token, minute_ms] : token_minutes_ms) {
      TRY(connection.Execute(
          "UPDATE token SET used_ms = ? WHERE id = ? AND coalesce(used_ms, 0) < ?", minute_ms,
          token, minute_ms));
    }
    return Ok();
  });
  if (!status) Restore(downloads, token_minutes_ms);
  return status;
}

}  // namespace banyan::storage
