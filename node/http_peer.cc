#include "node/http_peer.h"

namespace banyan::node {
namespace {

// Of content, which goes on elsewhere at once: after an outage the old connection may wait for as
// long again as the outage was.
constexpr std::int64_t kContentSilenceMs = 10'000;

}  // namespace

Result<Bytes> HttpPeer::Get(const std::string& path, std::size_t max_bytes) {
  ApiRequest request;
  request.path = path;
  const auto answer = TRY(link_->SendForBody(std::move(request), max_bytes));
  return Bytes(answer.body.begin(), answer.body.end());
}

Status HttpPeer::Read(const std::string& path, std::uint64_t offset, std::uint64_t size_bytes,
                      const Sink& sink) {
  ApiRequest request;
  request.path = path;
  request.sink = sink;
  request.silence_ms = kContentSilenceMs;
  if (size_bytes != federation::kWholeBody) {
    request.range = ByteRange{offset, offset + size_bytes - 1};
  }
  TRY(link_->Send(std::move(request)));
  return Ok();
}

Result<std::vector<std::optional<Bytes>>> HttpPeer::Ask(const std::string& path,
                                                        std::string digests, std::size_t asked) {
  ApiRequest request;
  request.method = "POST";
  request.path = path;
  request.content_type = "application/octet-stream";
  request.body = std::move(digests);
  const auto answer =
      TRY(link_->SendForBody(std::move(request), federation::kMaxObjectsAnswerBytes));
  return federation::ParseObjects(AsBytes(answer.body), asked);
}

Result<std::vector<std::optional<Bytes>>> HttpPeer::GetObjects(std::span<const Sha256> ids) {
  std::string digests;
  for (const auto& id : ids) digests += AsText(id.bytes());
  return Ask("/fed/o", std::move(digests), ids.size());
}

Result<std::vector<std::optional<Bytes>>> HttpPeer::GetFiles(std::span<const FileHash> files) {
  std::string digests;
  for (const auto& file : files) digests += AsText(file.bytes());
  return Ask("/fed/f?encodings=0,1,2,3", std::move(digests), files.size());
}

}  // namespace banyan::node
