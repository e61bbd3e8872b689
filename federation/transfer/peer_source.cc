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

Result<std::vector<std::optional<Bytes>>> PeerSource::GetFiles(std::span<const FileHash> files) {
  std::vector<std::optional<Bytes>> answer;
  std::size_t bytes = 0;
  for (const auto& file : files) {
    if (bytes > kMaxObjectsBytes) break;
    auto whole = FetchSection(file, 0);
    Status came = whole ? FetchData(file, 0, 0, kWholeBody,
                                    [&](ByteView piece) -> Status {
                                      if (whole->size() + piece.size() > kMaxReceivedObjectBytes) {
                                        return Error(Errc::TooLarge, "a small file that is large");
                                      }
                                      whole->insert(whole->end(), piece.begin(), piece.end());
                                      return Ok();
                                    })
                        : Status(whole.error());
    if (!came && came.error().code() != Errc::NotFound) return std::move(came.error());
    if (came) bytes += whole->size();
    answer.push_back(came ? std::optional(*std::move(whole)) : std::nullopt);
  }
  return answer;
}

Result<HeldChunks> PeerSource::GetHeld(const FileHash& file, std::size_t chunks) {
  const auto bits = Get(PathOf(file, "have/chunks"), HeldChunks::EncodedBytes(chunks));
  if (bits) return HeldChunks::Parse(*bits, chunks);
  if (bits.error().code() != Errc::NotFound) return bits.error();
  TRY(FetchSection(file, 0));
  return HeldChunks::Whole(chunks);
}

Status PeerSource::FetchRun(const FileHash& file, std::size_t section, const storage::ChunkRun& run,
                            const Sink& sink) {
  const auto path = PathOf(file, "run/" + std::to_string(section)) +
                    "?first=" + std::to_string(run.first) + "&end=" + std::to_string(run.end) +
                    "&encodings=0,1,2,3";
  return Read(path, 0, kWholeBody, sink);
}

Status PeerSource::FetchData(const FileHash& file, std::size_t section, std::uint64_t offset,
                             std::uint64_t size_bytes, const Sink& sink) {
  const auto path = PathOf(file, "data/" + std::to_string(section) + "?encodings=0,1,2,3");
  return Read(path, offset, size_bytes, sink);
}

}  // namespace banyan::federation
