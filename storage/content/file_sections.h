#pragma once
// One file as it travels between nodes and clients (storage/FORMAT.md sections 7 and 8): its
// outline, the chunk list of each section, and each section's payloads as one Range-readable body.

#include <cstdint>
#include <memory>
#include <optional>

#include "storage/content/chunk_batch.h"
#include "storage/content/local_content_store.h"
#include "storage/content/outline.h"

namespace banyan::storage {

// The encodings a receiver can decode, one bit each; raw is always in it.
using EncodingSet = std::uint32_t;
inline constexpr EncodingSet kRawOnly = 1;
// "0,1,2" -> bits; unknown numbers are ignored, other text is Invalid.
Result<EncodingSet> ParseEncodingSet(std::string_view text);

// The body of one section: batch table, then payloads. Used by one thread.
class SectionData {
 public:
  std::uint64_t SizeBytes() const { return size_bytes_; }
  // Names the lengths and encodings of the table: the same body as long as it is the same.
  std::string TableDigest() const { return HashSha256(table_).ToString().substr(0, 16); }
  // As FileReader::Stream.
  Status Stream(std::uint64_t offset, std::uint64_t size_bytes, bool allow_mapped,
                const FileReader::Sink& sink);

 private:
  friend class FileSections;
  struct Piece {
    PackId pack;
    std::uint32_t index;
    std::uint32_t size_bytes;  // as sent
    bool as_stored;
  };
  SectionData(ContentCore& core, Bytes table, std::vector<Piece> pieces);
  Status StreamPiece(const Piece& piece, std::size_t from, std::size_t length, bool allow_mapped,
                     class SliceGatherer& out);

  ContentCore& core_;
  Bytes table_;
  std::vector<Piece> pieces_;
  std::uint64_t size_bytes_;
};

// Thread safe after Load.
class FileSections {
 public:
  // Reads the file's whole chunk list once; keep and share the object for hot files.
  static Result<std::shared_ptr<const FileSections>> Load(LocalContentStore& store,
                                                          const FileContent& file);
  const Outline& outline() const { return outline_; }
  // Where its chunks are; a file that was stored anew has another, and wants another object.
  const Recipe& recipe() const { return recipe_; }
  // NotFound past the last section.
  Result<ChunkList> Section(std::size_t index) const;
  Result<std::unique_ptr<SectionData>> Data(std::size_t index, EncodingSet accepted) const;

 private:
  FileSections(LocalContentStore& store, Recipe recipe)
      : store_(store), recipe_(std::move(recipe)) {}
  // Calls `visit` for each chunk of a section with its place and table entry.
  template <typename Visit>
  Status ForEachChunk(std::size_t index, const Visit& visit) const;

  LocalContentStore& store_;
  Recipe recipe_;
  Outline outline_;
};

}  // namespace banyan::storage
