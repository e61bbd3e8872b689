#include "federation/mirror/chunk_list_fetch.h"

#include "federation/transfer/parallel.h"

namespace banyan::federation {
namespace {

constexpr int kListsAtOnce = 4;

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

// Those of `list` that are not there yet.
Status FetchSections(MirrorPeers& peers, PeerSource& peer, const storage::FileShape& file,
                     SectionedList& list) {
  return ForEachInParallel(list.sections.size(), kListsAtOnce, [&](std::size_t i) -> Status {
    if (!list.sections[i].empty()) return Ok();
    TRY(peers.RequireGoingOn());
    list.sections[i] = TRY(FetchSection(peer, file, list.outline, i));
    return Ok();
  });
}

void TakeKnown(const KnownSections& known, SectionedList& list) {
  list.sections.assign(list.outline.sections.size(), {});
  for (std::size_t i = 0; i < list.sections.size(); ++i) {
    const auto* const chunks = known.Find(list.outline.sections[i]);
    if (chunks == nullptr || !storage::SectionProves(list.outline, i, *chunks)) continue;
    list.sections[i] = *chunks;
  }
}

// The only section is the whole list, and proves itself.
Result<SectionedList> FetchOnly(PeerSource& peer, const storage::FileShape& file) {
  const Bytes bytes = TRY(peer.FetchSection(file.hash, 0));
  auto chunks = storage::ParseChunkList(bytes, storage::kMinSectionChunks);
  if (chunks) {
    SectionedList list{storage::MakeOutline(*chunks), {*std::move(chunks)}};
    if (storage::OutlineProves(list.outline, file)) return list;
  }
  return Lie("a chunk list that is not of section 0 of file " + file.hash.ToString());
}

}  // namespace

Result<SectionedList> FetchChunkList(MirrorPeers& peers, const storage::FileShape& file,
                                     const KnownSections& known) {
  SectionedList list;
  const bool has_one_section = file.chunk_count <= storage::kMinSectionChunks;
  TRY(peers.Try([&](PeerSource& peer) -> Status {
    if (has_one_section) {
      list = TRY(FetchOnly(peer, file));
      return Ok();
    }
    auto outline = TRY(FetchOutline(peer, file));
    if (list.outline != outline) {
      list = {std::move(outline), {}};
      TakeKnown(known, list);
    }
    return FetchSections(peers, peer, file, list);
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
