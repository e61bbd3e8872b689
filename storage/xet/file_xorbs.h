#pragma once
// A stored file as the xorbs that it is offered in (storage/xet/FORMAT.md section 1): the runs of
// each section, of at most 64 MiB. Names and lengths follow from the chunk list alone. Pure but for
// what sections read.

#include <cstdint>
#include <vector>

#include "storage/content/file_sections.h"
#include "storage/xet/xorb_format.h"

namespace banyan::storage {

// Which xorb of a file.
struct FileXorbPlace {
  std::size_t section = 0;
  ChunkRun run;  // of its chunks
};

// The runs of a section with these chunks.
std::vector<ChunkRun> XorbRuns(std::span<const ChunkRef> section);

// A part of a file: neighbouring chunks of one xorb.
struct FileTerm {
  FileXorbPlace place;  // of the xorb
  XorbHash xorb;
  ChunkRun chunks;  // of the xorb
  std::uint64_t raw_bytes = 0;
  std::uint64_t stored_from = 0;  // where they are in the xorb as it is sent
  std::uint64_t stored_end = 0;
};
struct FileTerms {
  std::uint64_t skip_bytes = 0;  // of the first term, before the range
  std::vector<FileTerm> terms;
};
// The terms that have the bytes [from, end) of a file; end > from, neither past its end.
Result<FileTerms> TermsOf(const FileSections& file, std::uint64_t from, std::uint64_t end);

// The bytes of one xorb, made while they are sent. Used by one thread.
class XorbData {
 public:
  // NotFound when the file has no such xorb.
  static Result<std::unique_ptr<XorbData>> Of(LocalContentStore& store, const FileSections& file,
                                              const FileXorbPlace& place);
  std::uint64_t SizeBytes() const { return size_bytes_; }
  // [offset, offset + size), in memory; Corrupt when a chunk is not what its id says.
  Status Stream(std::uint64_t offset, std::uint64_t size_bytes, const FileReader::Sink& sink);

 private:
  struct Piece {
    ChunkLocation at;
    std::uint32_t raw_bytes;
  };
  explicit XorbData(ContentCore& core) : core_(core) {}

  ContentCore& core_;
  std::vector<Piece> pieces_;
  std::uint64_t size_bytes_ = 0;
};

}  // namespace banyan::storage
