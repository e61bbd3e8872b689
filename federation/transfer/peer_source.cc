#include "federation/transfer/peer_source.h"

namespace banyan::federation {
namespace {

constexpr std::size_t kMaxListBytes = 64u << 20;  // an outline or chunk list

std::string PathOf(const FileHash& file, std::string_view rest) {
  return "/fed/f/" + file.ToString() + "/" + std::string(rest);
}

}  // namespace

Result<Bytes> PeerSource::FetchObject(const Sha256&, const Sha256& id) {
  return Get("/fed/o/" + id.ToString(), kMaxReceivedObjectBytes);
}

Result<Bytes> PeerSource::FetchOutline(const FileHash& file) {
  return Get(PathOf(file, "outline"), kMaxListBytes);
}

Result<Bytes> PeerSource::FetchSection(const FileHash& file, std::size_t section) {
  return Get(PathOf(file, "section/" + std::to_string(section)), kMaxListBytes);
}

Status PeerSource::FetchData(const FileHash& file, std::size_t section, std::uint64_t offset,
                             std::uint64_t size_bytes, const Sink& sink) {
  const auto path = PathOf(file, "data/" + std::to_string(section) + "?encodings=0,1,2,3");
  return Read(path, offset, size_bytes, sink);
}

}  // namespace banyan::federation
