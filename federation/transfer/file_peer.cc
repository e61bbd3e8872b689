#include "federation/transfer/file_peer.h"

namespace banyan::federation {

Result<std::vector<std::optional<Bytes>>> FilePeer::GetObjects(std::span<const Sha256> ids) {
  std::vector<std::optional<Bytes>> objects;
  std::size_t bytes = 0;
  for (const auto& id : ids) {
    if (bytes > kMaxObjectsBytes) break;
    auto object = Get("/fed/o/" + id.ToString(), kMaxReceivedObjectBytes);
    if (!object && object.error().code() != Errc::NotFound) return std::move(object.error());
    if (object) bytes += object->size();
    objects.push_back(object ? std::optional(*std::move(object)) : std::nullopt);
  }
  return objects;
}

}  // namespace banyan::federation
