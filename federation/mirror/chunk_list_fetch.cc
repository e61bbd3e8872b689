#include "federation/mirror/chunk_list_fetch.h"

namespace banyan::federation {
namespace {

// What a peer sends and cannot be read is a lie of it.
Error Lie(std::string_view what) { return Error(Errc::Corrupt, std::string(what)); }

Result<storage::Outline> FetchOutline(PeerSource& peer, const storage::FileShape& file) {
  const Bytes bytes = TRY(peer.FetchOutline(file.hash));
  auto outline = storage::ParseOutline(bytes);
  if (outline && storage::OutlineProves(*outline, file)) return outline;
  return Lie("an outline that is not of file " + file.hash.ToString());
}

Result<storage::ChunkList> FetchSection(PeerSource& peer, const storage::FileShape& file,
                                        const storage::Outline& outline, std::size_t index) {
  const Bytes bytes = TRY(peer.FetchSection(file.hash, index));
  auto chunks = storage::ParseChunkList(bytes, storage::kMaxSectionChunks);
  if (chunks && storage::SectionProves(outline, index, *chunks)) return chunks;
  return Lie("a chunk list that is not of section " + std::to_string(index) + " of file " +
             file.hash.ToString());
}

}  // namespace

Result<SectionedList> FetchChunkList(MirrorPeers& peers, const storage::FileShape& file) {
  SectionedList list;
  TRY(peers.Try([&](PeerSource& peer) -> Status {
    auto outline = TRY(FetchOutline(peer, file));
    if (list.outline != outline) list = {std::move(outline), {}};
    while (list.sections.size() < list.outline.sections.size()) {
      TRY(peers.RequireGoingOn());
      list.sections.push_back(TRY(FetchSection(peer, file, list.outline, list.sections.size())));
    }
    return Ok();
  }));
  return list;
}

storage::ChunkList JoinSections(const SectionedList& list) {
  storage::ChunkList chunks;
  for (const auto& section : list.sections) {
    chunks.insert(chunks.end(), section.begin(), section.end());
  }
  return chunks;
}

}  // namespace banyan::federation
