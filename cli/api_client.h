#pragma once
// Talks to one node. Requests that may be repeated are, when the connection breaks or the node is
// busy; a download goes on where it broke off. Thread safe: transfers share one client, each
// request on a connection of its own, which is kept for the next.

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "cli/environment.h"
#include "cli/node_url.h"
#include "node/client/api_request.h"
#include "node/client/http_handle.h"
#include "storage/base/json_fwd.h"
#include "storage/base/mutex.h"

namespace banyan::cli {

using node::ApiAnswer;
using node::ApiRequest;
using node::HttpHandle;
using node::HttpOptions;
using node::HttpOutcome;

struct ApiOptions {
  NodeUrl node = NodeUrl::Default();
  HttpOptions http;
  std::uint64_t rate_limit_bytes_per_s = 0;  // both directions together; 0: none
  // How often a request is sent before it fails, counted anew whenever bytes arrive.
  int tries_max = 6;
  std::int64_t first_pause_ms = 500;   // doubled each time, with some chance in it
  std::int64_t pause_max_ms = 60'000;  // a node that asks for more is told to the user instead
  // Told of every repetition, from any thread; may be empty.
  std::function<void(const std::string& remark)> on_retry;
};

class ApiClient {
 public:
  // Borrows `environment`. Nothing is sent yet.
  ApiClient(Environment& environment, ApiOptions options);
  ~ApiClient();
  ApiClient(const ApiClient&) = delete;
  ApiClient& operator=(const ApiClient&) = delete;

  const NodeUrl& node() const { return options_.node; }
  const ApiOptions& options() const { return options_; }
  bool has_token() const { return !options_.http.token.empty(); }

  // The answer, with a status below 300 or as the request expects it. Errors: Denied, NotFound,
  // Conflict, TooLarge, Invalid as the node says; Unavailable when it cannot be reached, is busy,
  // or fails; Io when the connection breaks and nothing moves on; Cancelled after an interrupt; the
  // sink's or source's own. While nothing has ever been answered, an unreachable node is an error
  // at once: it was probably misspelt.
  Result<ApiAnswer> Send(const ApiRequest& request) EXCLUDES(mutex_);

  // JSON in both directions; null for an answer without a body. Corrupt when it is no JSON.
  Result<Json> Get(const std::string& path);
  Result<Json> SendJson(const std::string& method, const std::string& path, const Json& body);
  // The items of a list that comes in pages (Link: rel="next"), up to `limit`.
  Result<Json> GetList(const std::string& path, std::size_t limit);

 private:
  // A handle from the pool, given back at the end of the scope.
  class Loan;
  enum class Verdict { Done, Repeat, GiveUp };
  Verdict Judge(const ApiRequest& request, const HttpOutcome& outcome) const;
  Status Pause(int failures, const HttpOutcome& outcome);

  Environment& environment_;
  const ApiOptions options_;
  node::TransferRate rate_limit_;
  std::atomic<bool> was_answered_ = false;
  Mutex mutex_;
  std::vector<std::unique_ptr<HttpHandle>> idle_ GUARDED_BY(mutex_);
};

// A request with a JSON body; none for null.
ApiRequest JsonRequest(std::string method, std::string path, const Json& body);

// `text` as one segment of a path, or one value of a query.
std::string Escape(std::string_view text);
// As a path of several segments.
std::string EscapePath(std::string_view text);

}  // namespace banyan::cli
