#include "storage/content/merkle_stream.h"

#include "tests/storage/content/xet_vectors.h"

using namespace banyan;
using namespace banyan::storage;

// Every count up to a few levels' worth, with group ends where chance puts them.
TEST_CASE("StreamGivesTheRootOfTheWholeList") {
  ChunkList chunks;
  for (std::uint64_t i = 0; i < 700; ++i) {
    MerkleStream stream;
    for (const auto& chunk : chunks) stream.Add(chunk);
    INFO(i << " chunks");
    REQUIRE(stream.Finish() == MerkleRoot(LeavesOf(chunks)));
    const auto raw = Splitmix(i, 64);
    chunks.push_back({HashChunk(raw), static_cast<std::uint32_t>(i + 1)});
  }
}
