#include "node/http_peer.h"

namespace banyan::node {

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
  if (size_bytes != federation::kWholeBody) {
    request.range = ByteRange{offset, offset + size_bytes - 1};
  }
  TRY(link_->Send(std::move(request)));
  return Ok();
}

Result<std::vector<std::optional<Bytes>>> HttpPeer::GetObjects(std::span<const Sha256> ids) {
  ApiRequest request;
  request.method = "POST";
  request.path = "/fed/o";
  request.content_type = "application/octet-stream";
  for (const auto& id : ids) request.body += AsText(id.bytes());
  const auto answer =
      TRY(link_->SendForBody(std::move(request), federation::kMaxObjectsAnswerBytes));
  return federation::ParseObjects(AsBytes(answer.body), ids.size());
}

}  // namespace banyan::node
