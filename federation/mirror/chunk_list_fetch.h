#pragma once
// The chunk list of a file, from several peers: outline, then sections, each proven against the
// file hash before anything of it is used.

#include "federation/mirror/known_sections.h"
#include "federation/mirror/mirror_peers.h"

namespace banyan::federation {

// The list that the origin states by hash, length and number of chunks. Another level of the right
// tree may pass as an outline until a section of it fails, so outline and failing section come
// from one peer, which is to blame. Sections proven by one peer stay when the next one gives the
// same outline.
struct SectionedList {
  storage::Outline outline;
  std::vector<storage::ChunkList> sections;
};
// Sections that are known do not come over the network. A file that can only have one section
// needs no outline.
Result<SectionedList> FetchChunkList(MirrorPeers& peers, const storage::FileShape& file,
                                     const KnownSections& known);

// All chunks of all sections.
storage::ChunkList JoinSections(const SectionedList& list);

}  // namespace banyan::federation
