#pragma once
// A whole file of the content store as it travels.

#include "storage/content/sectioned_file.h"

namespace banyan::storage {

// Thread safe after Load.
class FileSections final : public SectionedFile {
 public:
  // Reads the file's whole chunk list once; keep and share the object for hot files.
  static Result<std::shared_ptr<const FileSections>> Load(LocalContentStore& store,
                                                          const FileContent& file);
  // Where its chunks are; a file that was stored anew has another, and wants another object.
  const Recipe& recipe() const { return recipe_; }

  const Outline& outline() const override { return outline_; }
  Result<ChunkList> Section(std::size_t index) const override;
  Result<std::unique_ptr<SectionData>> Data(std::size_t index, EncodingSet accepted) const override;
  Result<std::unique_ptr<SectionData>> Run(std::size_t index, const ChunkRun& run,
                                           EncodingSet accepted) const override;
  HeldChunks Held() const override { return HeldChunks::Whole(chunk_count_); }
  // Of the chunks of a section. NotFound past the last one.
  Result<std::vector<ChunkLocation>> Places(std::size_t index) const;

 private:
  FileSections(LocalContentStore& store, Recipe recipe)
      : store_(store), recipe_(std::move(recipe)) {}

  LocalContentStore& store_;
  Recipe recipe_;
  Outline outline_;
  std::size_t chunk_count_ = 0;
};

}  // namespace banyan::storage
