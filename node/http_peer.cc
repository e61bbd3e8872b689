#include "node/http_peer.h"

namespace banyan::node {
namespace {

constexpr std::int64_t kTrickleBytesPerS = 128;
constexpr std::int64_t kSilenceMs = 30'000;

Errc CodeOf(int status) {
  if (status == 404 || status == 410) return Errc::NotFound;
  if (status == 401 || status == 403 || status == 451) return Errc::Denied;
  if (status == 429 || status >= 500) return Errc::Unavailable;
  return Errc::Invalid;
}

Error ErrorOf(const HttpOutcome& outcome) {
  using End = HttpOutcome::End;
  if (outcome.end == End::Stopped) return *outcome.stop;
  if (outcome.end == End::Answered) {
    const int status = outcome.answer.status;
    return Error(CodeOf(status), "it answered with status " + std::to_string(status));
  }
  const auto code = outcome.end == End::Broken ? Errc::Io : Errc::Unavailable;
  return Error(code, outcome.problem);
}

}  // namespace

Result<ApiAnswer> HttpPeer::Send(const ApiRequest& request) {
  std::unique_ptr<HttpHandle> handle;
  {
    const MutexLock lock(mutex_);
    if (!idle_.empty()) {
      handle = std::move(idle_.back());
      idle_.pop_back();
    }
  }
  if (!handle) handle = std::make_unique<HttpHandle>(HttpHandle::World{rate_limit_, is_cancelled_});
  HttpOptions options;
  options.follows_redirects = false;
  options.may_connect = may_connect_;
  options.bypass_proxy = may_connect_ != nullptr;
  options.min_bytes_per_s = kTrickleBytesPerS;
  options.silence_ms = kSilenceMs;
  auto outcome = handle->Exchange(options, address_ + request.path, request, {});
  {
    const MutexLock lock(mutex_);
    idle_.push_back(std::move(handle));
  }
  const bool is_good = outcome.end == HttpOutcome::End::Answered && outcome.answer.status < 300;
  if (is_good) return std::move(outcome.answer);
  return ErrorOf(outcome).Context(address_);
}

Result<Bytes> HttpPeer::SendForBody(ApiRequest request, std::size_t max_bytes) {
  Bytes body;
  request.sink = [&](ByteView bytes) -> Status {
    if (bytes.size() > max_bytes - body.size()) {
      return Error(Errc::TooLarge, "it sends more than " + std::to_string(max_bytes) + " bytes");
    }
    body.insert(body.end(), bytes.begin(), bytes.end());
    return Ok();
  };
  TRY(Send(request));
  return body;
}

Result<Bytes> HttpPeer::Get(const std::string& path, std::size_t max_bytes) {
  ApiRequest request;
  request.path = path;
  return SendForBody(std::move(request), max_bytes);
}

Status HttpPeer::Read(const std::string& path, std::uint64_t offset, std::uint64_t size_bytes,
                      const Sink& sink) {
  ApiRequest request;
  request.path = path;
  request.sink = sink;
  if (size_bytes != federation::kWholeBody) {
    request.range = ByteRange{offset, offset + size_bytes - 1};
  }
  TRY(Send(request));
  return Ok();
}

Result<std::vector<std::optional<Bytes>>> HttpPeer::GetObjects(std::span<const Sha256> ids) {
  ApiRequest request;
  request.method = "POST";
  request.path = "/fed/o";
  request.content_type = "application/octet-stream";
  for (const auto& id : ids) request.body += AsText(id.bytes());
  const auto body =
      TRY(SendForBody(std::move(request),
                      federation::kMaxObjectsBytes + federation::kMaxReceivedObjectBytes + 8192));
  return federation::ParseObjects(body, ids.size());
}

}  // namespace banyan::node
