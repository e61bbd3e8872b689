#include "storage/content/file_sections.h"

#include <algorithm>

namespace banyan::storage {

Result<std::shared_ptr<const FileSections>> FileSections::Load(LocalContentStore& store,
                                                               const FileContent& file) {
  std::shared_ptr<FileSections> sections(new FileSections(store, file.recipe));
  const ChunkList chunks = TRY(store.ListChunks(file));
  sections->outline_ = MakeOutline(chunks);
  sections->chunk_count_ = chunks.size();
  return std::shared_ptr<const FileSections>(std::move(sections));
}

Result<std::vector<ChunkLocation>> FileSections::Places(std::size_t index) const {
  if (index >= outline_.sections.size()) return Error(Errc::NotFound, "no such section");
  std::uint64_t skip = 0;
  for (std::size_t i = 0; i < index; ++i) skip += outline_.sections[i].chunk_count;
  std::uint64_t left = outline_.sections[index].chunk_count;
  std::vector<ChunkLocation> places;
  for (const Term& term : recipe_.terms) {
    if (left == 0) break;
    if (skip >= term.count) {
      skip -= term.count;
      continue;
    }
    const auto from = static_cast<std::uint32_t>(skip);
    const auto count = static_cast<std::uint32_t>(std::min<std::uint64_t>(left, term.count - from));
    skip = 0;
    left -= count;
    for (std::uint32_t i = 0; i < count; ++i) places.push_back({term.pack, term.first + from + i});
  }
  return places;
}

Result<ChunkList> FileSections::Section(std::size_t index) const {
  ChunkList chunks;
  std::shared_ptr<Pack> pack;
  PackId pack_id = 0;
  for (const auto& at : TRY(Places(index))) {
    if (pack == nullptr || at.pack != pack_id) pack = TRY(store_.core().packs->Get(at.pack));
    pack_id = at.pack;
    const PackEntry entry = pack->entry(at.index);
    chunks.push_back({entry.id, entry.raw_bytes});
  }
  return chunks;
}

Result<std::unique_ptr<SectionData>> FileSections::Data(std::size_t index,
                                                        EncodingSet accepted) const {
  return SectionData::Of(store_.core(), TRY(Places(index)), accepted);
}

Result<std::unique_ptr<SectionData>> FileSections::Run(std::size_t index, const ChunkRun& run,
                                                       EncodingSet accepted) const {
  const auto places = TRY(Places(index));
  TRY(RequireRun(run, places.size()));
  return SectionData::Of(store_.core(), std::span(places).subspan(run.first, run.end - run.first),
                         accepted);
}

}  // namespace banyan::storage
