// Whatever is read as a shard must be within its limits, and its xorbs the same when they are
// shown.

#include <utility>
#include <vector>

#include "storage/xet/shard_format.h"
#include "tests/fuzz/read_from.h"

namespace banyan::storage {
namespace {

void TryInput(ByteView input) {
  std::vector<ShownXorb> xorbs;
  const auto note = [&](const XorbHash& hash, const ChunkList& chunks) {
    xorbs.push_back({hash, chunks});
    return Ok();
  };
  const auto files = ReadShard(From(input), note);
  if (!files) return;
  ENSURE(files->size() <= kMaxShardFiles);
  for (const ShardFile& file : *files) {
    for (const ShardTerm& term : file.terms) ENSURE(term.first < term.end);
  }
  const auto read = std::exchange(xorbs, {});
  const Bytes shown = EncodeShownShard(read, {});
  const auto none = ReadShard(From(shown), note);
  ENSURE(none.has_value() && none->empty() && xorbs.size() == read.size());
  for (std::size_t i = 0; i < read.size(); ++i) {
    ENSURE(xorbs[i].hash == read[i].hash && xorbs[i].chunks.size() == read[i].chunks.size());
  }
}

}  // namespace
}  // namespace banyan::storage

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  banyan::storage::TryInput({data, size});
  return 0;
}
