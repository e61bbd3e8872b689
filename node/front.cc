#include "node/front.h"

#include "node/access_log.h"
#include "node/auth.h"
#include "node/http/client_address.h"
#include "node/http/cors.h"
#include "node/http/http_error.h"
#include "node/link_rights.h"
#include "node/xet_grant.h"

namespace banyan::node {

Front::Front(const Parts& parts)
    : parts_(parts),
      proxies_(*ParseNetworks(parts.config.http_trusted_proxies)),
      limiter_(parts.clock) {}

void Front::Handle(Request& request, Response& response) {
  const std::int64_t started_ms = parts_.clock.MonotonicMs();
  Answer(request, response);
  AllowOrigins(request, response);
  if (!response.headers.Has("X-Content-Type-Options")) {
    response.headers.Set("X-Content-Type-Options", "nosniff");
  }
  parts_.metrics.ObserveRequest(parts_.clock.MonotonicMs() - started_ms);
  if (parts_.config.log_access) LogAccess(parts_.clock, started_ms, request, response);
}

void Front::Answer(Request& request, Response& response) {
  LookThroughProxies(proxies_, request);
  if (AnswerPreflight(request, response)) return;
  const bool known = Identify(request, response);
  const auto signed_body = parts_.gate.Identify(request);
  if (!signed_body) return Fail(response, signed_body.error());
  auto* const body = request.body;
  if (*signed_body) request.body = signed_body->get();
  const bool is_stranger = request.caller.IsAnonymous() && !request.caller_node;
  request.memory = std::make_shared<MemoryBudget::Hold>(
      parts_.memory, MemoryBudget::Client{ClientKey(request), is_stranger});
  // Also for those with a bad token, who are not to guess on without end.
  if (Admit(request, response) && known) Route(request, response);
  request.body = body;
}

// What nodes bring is behind a door of its own (peer_api.h).
void Front::Route(Request& request, Response& response) {
  const bool is_closed = IsTreeOfFiles(request) && !parts_.gate.MayRead(request);
  if (is_closed) return AnswerStranger(request, response);
  parts_.router.Dispatch(request, response);
}

// Routes of Xet take tokens of their own, and say what is wrong with one themselves.
Result<storage::Caller> Front::WhoCalls(const Request& request, std::int64_t now_ms) {
  if (!request.path.starts_with(kXetPath) && request.path != kXetTelemetryPath) {
    return AuthenticateRequest(parts_.database, request, now_ms);
  }
  const auto grant = GrantOf(parts_.signer, request, now_ms);
  if (!grant) return storage::Caller();
  auto lease = TRY(parts_.database.Read());
  auto holder = HolderOf(*lease, grant->AsLink(), now_ms);
  return holder ? *std::move(holder) : storage::Caller();
}

bool Front::Identify(Request& request, Response& response) {
  const std::int64_t now_ms = parts_.clock.NowMs();
  auto caller = WhoCalls(request, now_ms);
  if (caller) {
    request.caller = *std::move(caller);
    if (request.caller.token != 0) parts_.usage.TokenUsed(request.caller.token, now_ms);
    return true;
  }
  if (caller.error().code() == Errc::Denied) {
    parts_.metrics.Add(Counter::TokensRefused);
    RefuseCredentials(response);
  } else {
    Fail(response, caller.error());
  }
  return false;
}

bool Front::Admit(const Request& request, Response& response) {
  const bool signed_in = !request.caller.IsAnonymous() || request.caller_node;
  const RateLimit limit{signed_in ? parts_.config.rate_user : parts_.config.rate_anonymous,
                        parts_.config.rate_window};
  if (limit.requests == 0) return true;
  const auto key = ClientKey(request);
  const auto verdict = limiter_.Take(key, limit);
  if (!verdict.allowed) {
    parts_.metrics.Add(Counter::RateLimited);
    Fail(response, 429,
         "Too many requests: wait " + std::to_string(verdict.reset_s) + " seconds, or sign in");
    response.headers.Set("Retry-After", std::to_string(std::max<std::int64_t>(1, verdict.reset_s)));
  }
  response.headers.Set("RateLimit",
                       fmt::format("\"api\";r={};t={}", verdict.remaining, verdict.reset_s));
  response.headers.Set("RateLimit-Policy",
                       fmt::format("\"api\";q={};w={}", limit.requests, limit.window.ms / 1000));
  return verdict.allowed;
}

}  // namespace banyan::node
