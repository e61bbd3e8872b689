#include "node/peer_link.h"

#include <algorithm>

#include "federation/format/request_signature.h"
#include "node/http/content_coding.h"
#include "node/peer_status.h"

namespace banyan::node {
namespace {

using Introduces = RequestSigner::Introduces;

constexpr std::int64_t kTrickleBytesPerS = 128;
constexpr std::int64_t kSilenceMs = 30'000;
// All of a request that is small, or whose size is known, and how slow the rest may come at least.
constexpr std::int64_t kPatienceMs = 90'000;
constexpr std::uint64_t kSlowestBytesPerS = 8192;

// Who sends a little again and again holds nobody up for ever. A limit of this node's own gives
// each of many transfers the less.
std::int64_t DeadlineMs(std::uint64_t bytes, std::uint64_t limit_bytes_per_s) {
  const auto share = std::max<std::uint64_t>(limit_bytes_per_s / 64, 1);
  const auto slowest =
      limit_bytes_per_s == 0 ? kSlowestBytesPerS : std::min(kSlowestBytesPerS, share);
  return kPatienceMs + static_cast<std::int64_t>(bytes * 1000 / slowest);
}

Error ErrorOf(const HttpOutcome& outcome) {
  using End = HttpOutcome::End;
  if (outcome.end == End::Stopped) return *outcome.stop;
  if (outcome.end == End::Answered) {
    auto error = ErrorOfStatus(outcome.answer.status);
    const auto reason = outcome.answer.headers.Find("X-Error-Message");
    return outcome.answer.status == 401 && reason
               ? Error(error.code(), error.message() + ": " + std::string(reason->substr(0, 256)))
               : error;
  }
  const auto code = outcome.end == End::Broken ? Errc::Io : Errc::Unavailable;
  return Error(code, outcome.problem);
}

bool IsRefused(const HttpOutcome& outcome) {
  const int status = outcome.answer.status;
  return outcome.end == HttpOutcome::End::Answered &&
         (status == 401 || status == 403 || status == 404);
}

// What every node answers to whom it knows.
bool IsForAll(std::string_view path) {
  return path.starts_with("/fed/info") || path.starts_with("/fed/heads") ||
         path.starts_with("/fed/wants");
}

// What the operator of a node that refuses this one may want to do.
std::string Remedy(std::string_view path, const RequestSigner& signer) {
  if (!IsForAll(path)) return "";
  const auto node = signer.node();
  const auto id = node ? " " + node->ToString() : std::string(" this node's id");
  if (path.starts_with("/fed/wants")) {
    return "; it takes something from this node when accept_from of its policy has" + id;
  }
  return "; it is no node, or readers of its policy lack" + id;
}

}  // namespace

std::unique_ptr<HttpHandle> PeerLink::TakeHandle() {
  const MutexLock lock(mutex_);
  if (idle_.empty()) {
    return std::make_unique<HttpHandle>(HttpHandle::World{world_.rate_limit, world_.is_cancelled});
  }
  auto handle = std::move(idle_.back());
  idle_.pop_back();
  return handle;
}

Result<ApiAnswer> PeerLink::SendForBody(ApiRequest request, std::size_t max_bytes) {
  std::string body;
  request.deadline_ms = DeadlineMs(request.body.size() + max_bytes, world_.rate_limit.limit());
  request.sink = [&](ByteView bytes) -> Status {
    if (bytes.size() > max_bytes - body.size()) {
      return Error(Errc::TooLarge, "it sends more than " + std::to_string(max_bytes) + " bytes");
    }
    body += AsText(bytes);
    return Ok();
  };
  request.headers.Set("Accept-Encoding", kTakenCodings);
  auto answer = TRY(Send(std::move(request)));
  auto decoded = DecodeBody(answer.headers, std::move(body), max_bytes);
  if (!decoded) return std::move(decoded.error()).Context(address_);
  answer.body = *std::move(decoded);
  return answer;
}

Result<ApiAnswer> PeerLink::Send(ApiRequest request) {
  if (!request.sink) {
    request.deadline_ms = DeadlineMs(request.body.size(), world_.rate_limit.limit());
  }
  HttpOptions options;
  options.follows_redirects = false;
  options.may_connect = may_connect_;
  options.bypass_proxy = may_connect_ != nullptr;
  options.min_bytes_per_s = kTrickleBytesPerS;
  options.silence_ms = kSilenceMs;
  auto handle = TakeHandle();
  const auto exchange = [&](Introduces introduces) {
    world_.signer.Sign(address_, introduces, request);
    return handle->Exchange(options, address_ + request.path, request, {});
  };
  const bool introduces = introduces_;
  auto outcome = exchange(introduces ? Introduces::Yes : Introduces::No);
  if (!introduces && IsRefused(outcome) && IsForAll(request.path)) {
    introduces_ = true;
    outcome = exchange(Introduces::Yes);
  }
  {
    const MutexLock lock(mutex_);
    idle_.push_back(std::move(handle));
  }
  const bool is_good = outcome.end == HttpOutcome::End::Answered && outcome.answer.status < 300;
  if (!is_good) {
    auto error = ErrorOf(outcome);
    if (IsRefused(outcome)) {
      error = Error(error.code(), error.message() + Remedy(request.path, world_.signer));
    }
    return std::move(error).Context(address_);
  }
  introduces_ = false;
  outcome.answer.signed_as = request.headers.Find(federation::kSignatureHeader).value_or("");
  return std::move(outcome.answer);
}

}  // namespace banyan::node
