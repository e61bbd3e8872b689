#include "node/peer_link.h"

#include "node/peer_status.h"

namespace banyan::node {
namespace {

using Introduces = RequestSigner::Introduces;

constexpr std::int64_t kTrickleBytesPerS = 128;
constexpr std::int64_t kSilenceMs = 30'000;

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
  request.sink = [&](ByteView bytes) -> Status {
    if (bytes.size() > max_bytes - body.size()) {
      return Error(Errc::TooLarge, "it sends more than " + std::to_string(max_bytes) + " bytes");
    }
    body += AsText(bytes);
    return Ok();
  };
  auto answer = TRY(Send(std::move(request)));
  answer.body = std::move(body);
  return answer;
}

Result<ApiAnswer> PeerLink::Send(ApiRequest request) {
  const bool introduces = introduces_;
  world_.signer.Sign(address_, introduces ? Introduces::Yes : Introduces::No, request);
  HttpOptions options;
  options.follows_redirects = false;
  options.may_connect = may_connect_;
  options.bypass_proxy = may_connect_ != nullptr;
  options.min_bytes_per_s = kTrickleBytesPerS;
  options.silence_ms = kSilenceMs;
  auto handle = TakeHandle();
  auto outcome = handle->Exchange(options, address_ + request.path, request, {});
  {
    const MutexLock lock(mutex_);
    idle_.push_back(std::move(handle));
  }
  if (outcome.end == HttpOutcome::End::Answered) {
    const int status = outcome.answer.status;
    if (status < 300) {
      if (introduces) introduces_ = false;
      return std::move(outcome.answer);
    }
    if (status == 401 || status == 403 || status == 404) introduces_ = true;
  }
  return ErrorOf(outcome).Context(address_);
}

}  // namespace banyan::node
