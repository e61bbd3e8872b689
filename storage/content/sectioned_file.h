#pragma once
// One file as it travels between nodes and clients (storage/content/FORMAT.md sections 7 and 8):
// its outline, the chunk list of each section, and each section's payloads as one Range-readable
// body.

#include <cstdint>
#include <memory>
#include <optional>

#include "storage/content/chunk_batch.h"
#include "storage/content/chunk_set.h"
#include "storage/content/local_content_store.h"
#include "storage/content/outline.h"

namespace banyan::storage {

// The encodings a receiver can decode, one bit each; raw is always in it.
using EncodingSet = std::uint32_t;
inline constexpr EncodingSet kRawOnly = 1;
// "0,1,2" -> bits; unknown numbers are ignored, other text is Invalid.
Result<EncodingSet> ParseEncodingSet(std::string_view text);

// The body of one section, or of a run of its chunks: batch table, then payloads. Used by one
// thread.
class SectionData {
 public:
  // Of the chunks at these places, in this order. Corrupt when a pack is not there any more; of a
  // chunk that is not, Stream says so.
  static Result<std::unique_ptr<SectionData>> Of(ContentCore& core,
                                                 std::span<const ChunkLocation> places,
                                                 EncodingSet accepted);
  std::uint64_t SizeBytes() const { return size_bytes_; }
  // Names the lengths and encodings of the table: the same body as long as it is the same.
  std::string TableDigest() const { return HashSha256(table_).ToString().substr(0, 16); }
  // As FileReader::Stream.
  Status Stream(std::uint64_t offset, std::uint64_t size_bytes, bool allow_mapped,
                const FileReader::Sink& sink);

 private:
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

// Thread safe.
class SectionedFile {
 public:
  virtual ~SectionedFile() = default;
  virtual const Outline& outline() const = 0;
  // NotFound past the last section.
  virtual Result<ChunkList> Section(std::size_t index) const = 0;
  // NotFound also when not all of its chunks are here.
  virtual Result<std::unique_ptr<SectionData>> Data(std::size_t index,
                                                    EncodingSet accepted) const = 0;
  // As RequireRun, and NotFound when not all of these are here.
  virtual Result<std::unique_ptr<SectionData>> Run(std::size_t index, const ChunkRun& run,
                                                   EncodingSet accepted) const = 0;
  // Over all sections.
  virtual HeldChunks Held() const = 0;
};

}  // namespace banyan::storage
