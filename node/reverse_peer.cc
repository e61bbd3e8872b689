#include "node/reverse_peer.h"

namespace banyan::node {
namespace {

constexpr std::uint64_t kMaxFileBytes = std::uint64_t{1} << 30;  // of a whole file; none comes near

}  // namespace

Status ReversePeer::Ask(federation::Want want, const Sink& sink) {
  return desk_
      .Ask(node_, std::move(want),
           [&](ByteView piece) -> Status {
             TRY(sink(piece));
             rate_limit_.Spend(piece.size());
             return Ok();
           })
      .Context(Name());
}

Result<Bytes> ReversePeer::AskForAll(federation::Want want) {
  Bytes body;
  TRY(Ask(std::move(want), [&](ByteView piece) -> Status {
    body.insert(body.end(), piece.begin(), piece.end());
    return Ok();
  }));
  return body;
}

Result<Bytes> ReversePeer::Get(const std::string& path, std::size_t max_bytes) {
  federation::Want want;
  want.path = path;
  want.max_bytes = max_bytes;
  return AskForAll(std::move(want));
}

Status ReversePeer::Read(const std::string& path, std::uint64_t offset, std::uint64_t size_bytes,
                         const Sink& sink) {
  federation::Want want;
  want.path = path;
  want.max_bytes = kMaxFileBytes;
  if (size_bytes != federation::kWholeBody) {
    want.range = federation::Want::Range{offset, size_bytes};
    want.max_bytes = size_bytes;
  }
  return Ask(std::move(want), sink);
}

Result<std::vector<std::optional<Bytes>>> ReversePeer::GetObjects(std::span<const Sha256> ids) {
  federation::Want want;
  want.objects.assign(ids.begin(), ids.end());
  want.max_bytes = federation::kMaxObjectsAnswerBytes;
  return federation::ParseObjects(TRY(AskForAll(std::move(want))), ids.size());
}

}  // namespace banyan::node
