#include "cli/api_client.h"

#include <charconv>

#include "cli/api_error.h"
#include "cli/text.h"
#include "node/http/uri.h"
#include "storage/base/json.h"

namespace banyan::cli {
namespace {

constexpr int kTriesOfNotHeld = 3;

bool IsRepeatable(const ApiRequest& request) {
  return request.repeatable || request.method == "GET" || request.method == "HEAD" ||
         request.method == "PUT" || request.method == "DELETE";
}

// The node refused for now, and did nothing.
bool SaysLater(int status) { return status == 408 || status == 429 || status == 503; }
// A proxy before the node does not know whether it did anything.
bool LostItsWay(int status) { return status == 502 || status == 504; }

// It asked its peers in vain, and will hardly do better in a minute.
bool IsNotHeld(const ApiAnswer& answer) {
  return answer.headers.Find("X-Error-Code") == "FileNotHeld";
}

// Seconds; 0 without the header, or when it names a date.
std::int64_t RetryAfterMs(const ApiAnswer& answer) {
  const auto text = answer.headers.Find("Retry-After").value_or("");
  std::int64_t seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  const bool good = error == std::errc() && end == text.data() + text.size() && seconds >= 0;
  return good ? std::min<std::int64_t>(seconds, 86400) * 1000 : 0;
}

// The address in `Link: <address>; rel="next"`.
std::optional<std::string> NextLink(const node::HeaderList& headers) {
  const auto links = headers.Joined("Link");
  const auto mark = links.find("; rel=\"next\"");
  if (mark == links.npos) return std::nullopt;
  const auto open = links.rfind('<', mark);
  const auto close = links.find('>', open == links.npos ? 0 : open);
  if (open == links.npos || close == links.npos || close > mark) return std::nullopt;
  return links.substr(open + 1, close - open - 1);
}

std::string StrongEtag(const node::HeaderList& headers) {
  const auto etag = headers.Find("ETag").value_or("");
  return etag.starts_with('"') ? std::string(etag) : "";
}

Result<Json> JsonOf(const ApiAnswer& answer, const NodeUrl& node) {
  if (answer.body.empty()) return Json();
  auto json = ParseJson(answer.body, {.max_bytes = answer.body.size(), .max_depth = 64});
  if (json) return json;
  return Error(Errc::Corrupt, node.ToString() + " sent no JSON (" + json.error().message() +
                                  "): is it a Banyan node?");
}

}  // namespace

class ApiClient::Loan {
 public:
  explicit Loan(ApiClient& client) : client_(client) {
    const MutexLock lock(client_.mutex_);
    if (client_.idle_.empty()) {
      handle_ = std::make_unique<HttpHandle>(
          HttpHandle::World{client_.rate_limit_, client_.environment_.interrupt.flag()});
    } else {
      handle_ = std::move(client_.idle_.back());
      client_.idle_.pop_back();
    }
  }
  ~Loan() {
    const MutexLock lock(client_.mutex_);
    client_.idle_.push_back(std::move(handle_));
  }
  Loan(const Loan&) = delete;
  Loan& operator=(const Loan&) = delete;
  HttpHandle& operator*() { return *handle_; }

 private:
  ApiClient& client_;
  std::unique_ptr<HttpHandle> handle_;
};

ApiClient::ApiClient(Environment& environment, ApiOptions options)
    : environment_(environment),
      options_(std::move(options)),
      rate_limit_(environment.clock, options_.rate_limit_bytes_per_s) {}

ApiClient::~ApiClient() = default;

ApiClient::Verdict ApiClient::Judge(const ApiRequest& request, const HttpOutcome& outcome) const {
  const int status = outcome.answer.status;
  const bool can_go_on = outcome.delivered_bytes == 0 || request.method == "GET";
  const auto again = IsRepeatable(request) && can_go_on ? Verdict::Repeat : Verdict::GiveUp;
  switch (outcome.end) {
    case HttpOutcome::End::Answered:
      if (status < 300 || status == request.also_expected) return Verdict::Done;
      if (SaysLater(status)) return Verdict::Repeat;
      return LostItsWay(status) ? again : Verdict::GiveUp;
    case HttpOutcome::End::Unreached: return was_answered_ ? Verdict::Repeat : Verdict::GiveUp;
    case HttpOutcome::End::Broken: return again;
    case HttpOutcome::End::Refused:
    case HttpOutcome::End::Stopped: return Verdict::GiveUp;
  }
  return Verdict::GiveUp;
}

Status ApiClient::Pause(int failures, const HttpOutcome& outcome) {
  std::int64_t pause_ms = options_.first_pause_ms;
  for (int i = 1; i < failures; ++i) pause_ms = std::min(2 * pause_ms, options_.pause_max_ms);
  std::uint8_t chance = 0;
  environment_.random.Fill({&chance, 1});
  pause_ms += pause_ms * chance / 512;  // so that many clients do not come back at once
  const auto asked_ms = RetryAfterMs(outcome.answer);
  const auto said = MessageOf(outcome.answer);
  if (asked_ms > options_.pause_max_ms) {
    return Error(Errc::Unavailable, (said.empty() ? options_.node.ToString() + " is busy" : said) +
                                        ": try again in " + FormatDuration(asked_ms));
  }
  pause_ms = std::max(pause_ms, asked_ms);
  if (options_.on_retry) {
    const auto status = "status " + std::to_string(outcome.answer.status);
    const auto reason = outcome.end != HttpOutcome::End::Answered ? Printable(outcome.problem)
                        : said.empty()                            ? status
                                                                  : said;
    options_.on_retry(reason + ": trying again in " + FormatDuration(pause_ms));
  }
  constexpr std::int64_t kStepMs = 100;
  for (; pause_ms > 0; pause_ms -= kStepMs) {
    if (environment_.interrupt.requested()) return Error(Errc::Cancelled, "interrupted");
    environment_.clock.SleepMs(std::min(pause_ms, kStepMs));
  }
  return Ok();
}

Result<ApiAnswer> ApiClient::Send(const ApiRequest& request) {
  Loan handle(*this);
  const auto url = options_.node.ToString() + request.path;
  node::Resumption resumption;
  for (int failures = 0;;) {
    auto outcome = (*handle).Exchange(options_.http, url, request, resumption);
    if (outcome.end == HttpOutcome::End::Answered) was_answered_ = true;
    const auto verdict = Judge(request, outcome);
    if (verdict == Verdict::Done) return std::move(outcome.answer);
    failures = outcome.delivered_bytes > 0 ? 1 : failures + 1;
    if (resumption.skip_bytes == 0) resumption.etag = StrongEtag(outcome.answer.headers);
    resumption.skip_bytes += outcome.delivered_bytes;
    const int tries = IsNotHeld(outcome.answer) ? kTriesOfNotHeld : options_.tries_max;
    if (verdict == Verdict::GiveUp || failures >= std::min(tries, options_.tries_max)) {
      if (outcome.end != HttpOutcome::End::Answered) return ErrorOfOutcome(outcome, options_.node);
      return ErrorOfAnswer(outcome.answer, options_.node, has_token());
    }
    TRY(Pause(failures, outcome));
  }
}

Result<Json> ApiClient::Get(const std::string& path) {
  ApiRequest request;
  request.path = path;
  return JsonOf(TRY(Send(request)), options_.node);
}

Result<Json> ApiClient::SendJson(const std::string& method, const std::string& path,
                                 const Json& body) {
  return JsonOf(TRY(Send(JsonRequest(method, path, body))), options_.node);
}

Result<Json> ApiClient::GetList(const std::string& path, std::size_t limit) {
  Json items = Json::array();
  ApiRequest request;
  request.path = path;
  while (true) {
    const auto answer = TRY(Send(request));
    auto page = TRY(JsonOf(answer, options_.node));
    if (!page.is_array()) {
      return Error(Errc::Corrupt, options_.node.ToString() + " sent no list: is it a Banyan node?");
    }
    for (auto& item : page) {
      if (items.size() == limit) return items;
      items.push_back(std::move(item));
    }
    const auto next = NextLink(answer.headers);
    if (!next || items.size() == limit) return items;
    // A page may be empty and yet not the last: a node bounds the work for each.
    const auto before = std::exchange(request.path, TRY(options_.node.PathOf(*next)));
    if (request.path == before) return items;
  }
}

ApiRequest JsonRequest(std::string method, std::string path, const Json& body) {
  ApiRequest request;
  request.method = std::move(method);
  request.path = std::move(path);
  if (!body.is_null()) {
    request.body = DumpJson(body);
    request.content_type = "application/json";
  }
  return request;
}

std::string Escape(std::string_view text) { return node::PercentEncode(text); }
std::string EscapePath(std::string_view text) { return node::PercentEncode(text, "/"); }

}  // namespace banyan::cli
