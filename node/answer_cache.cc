#include "node/answer_cache.h"

namespace banyan::node {
namespace {

void CopyHeaders(const HeaderList& from, Response& response) {
  for (const auto& [name, value] : from.fields()) response.headers.Set(name, value);
}

}  // namespace

Handler AnswerCache::Around(Handler handler) {
  return [this, handler = std::move(handler)](Request& request, Response& response) {
    if (request.method != "GET" || !request.caller.IsAnonymous()) return handler(request, response);
    const auto version = Version();  // before anything is read
    if (!version) return handler(request, response);
    if (const auto kept = Find(request.target, *version)) {
      CopyHeaders(kept->headers, response);
      response.body = kept->body;
      return;
    }
    // Made apart: what is in `response` already belongs to this one request.
    Response made;
    handler(request, made);
    if (made.status == 200 && !made.producer && made.body.size() <= kMaxBodyBytes) {
      Keep(request.target, *version, made);
    }
    CopyHeaders(made.headers, response);
    response.status = made.status;
    response.body = std::move(made.body);
    response.producer = std::move(made.producer);
  };
}

// SQLite counts for each connection apart, and no commit of its own: so one that only reads
// watches for all.
std::optional<std::int64_t> AnswerCache::Version() {
  MutexLock lock(version_mutex_);
  if (!watcher_) {
    auto lease = database_.Read();
    if (!lease) return std::nullopt;
    watcher_.emplace(*std::move(lease));
  }
  auto rows = (*watcher_)->Query("PRAGMA data_version");
  if (!rows.Next()) return std::nullopt;
  return rows.Int(0);
}

std::shared_ptr<const AnswerCache::Kept> AnswerCache::Find(const std::string& target,
                                                           std::int64_t version) {
  MutexLock lock(mutex_);
  if (version_ != version) return nullptr;
  const auto found = kept_.find(target);
  return found == kept_.end() ? nullptr : found->second;
}

void AnswerCache::Keep(const std::string& target, std::int64_t version, const Response& made) {
  auto kept = std::make_shared<const Kept>(Kept{made.headers, made.body});
  const std::size_t size = sizeof(Kept) + target.size() + made.body.size() + 1024;
  MutexLock lock(mutex_);
  if (version < version_) return;  // read before a change that others have seen
  if (version > version_ || bytes_ + size > kMaxBytes) {
    kept_.clear();
    bytes_ = 0;
    version_ = version;
  }
  if (kept_.emplace(target, std::move(kept)).second) bytes_ += size;
}

}  // namespace banyan::node
