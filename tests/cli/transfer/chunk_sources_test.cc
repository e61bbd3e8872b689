#include "cli/transfer/chunk_sources.h"

#include "cli/transfer/pull_target.h"
#include "tests/support/must.h"

using namespace banyan;
using namespace banyan::cli;

namespace {

using Files = std::vector<std::string>;

PullFile Wanted(const std::string& path, std::uint64_t size_bytes, std::uint64_t chunks = 2) {
  storage::ManifestEntry entry;
  entry.size_bytes = size_bytes;
  entry.chunk_count = chunks;
  return {path, entry};
}

}  // namespace

TEST_CASE("TheTwoNewestOfTheSamePathAreCutWhateverTheirSize") {
  const std::vector<ChunkSource> sources = {{"/old", "w/m.bin", 100, 1},
                                            {"/newest", "w/m.bin", 100000, 3},
                                            {"/newer", "w/m.bin", 1, 2},
                                            {"/other", "v/m.bin", 100, 4},
                                            {"/near", "w/n.bin", 100, 4}};
  CHECK(ChooseSources({Wanted("w/m.bin", 100)}, sources) == Files{"/newer", "/newest"});
}

TEST_CASE("AFileOfSeveralRevisionsCountsOnce") {
  const std::vector<ChunkSource> sources = {{"/b", "m.bin", 100, 2},
                                            {"/b", "m.bin", 100, 2},
                                            {"/b", "n.bin", 100, 2},
                                            {"/a", "m.bin", 100, 1},
                                            {"/z", "m.bin", 100, 0}};
  CHECK(ChooseSources({Wanted("m.bin", 100)}, sources) == Files{"/a", "/b"});
}

TEST_CASE("WithoutItsPathAFileOfTheSameNameIsCutUnlessItIsMuchLarger") {
  const std::vector<ChunkSource> sources = {{"/moved", "old/m.bin", 400, 1},
                                            {"/larger", "older/m.bin", 401, 2},
                                            {"/near", "n.bin", 100, 3}};
  CHECK(ChooseSources({Wanted("m.bin", 100)}, sources) == Files{"/moved"});
  CHECK(ChooseSources({Wanted("m.bin", 99)}, sources) == Files{"/near"});
}

TEST_CASE("WithoutItsNameTheOneOfTheNearestSizeAndTheSameEndingIsCut") {
  const std::vector<ChunkSource> sources = {{"/a", "a.bin", 60, 1},
                                            {"/b", "b.bin", 140, 1},
                                            {"/c", "c.txt", 100, 1},
                                            {"/d", "d.bin", 1000, 1},
                                            {"/e", "plain", 100, 1}};
  const auto choose = [&](const std::string& path, std::uint64_t size_bytes) {
    return ChooseSources({Wanted(path, size_bytes)}, sources);
  };
  CHECK(choose("m.bin", 90) == Files{"/a"});
  CHECK(choose("m.bin", 110) == Files{"/b"});
  CHECK(choose("m.bin", 70) == Files{"/a"});
  CHECK(choose("m.bin", 2000) == Files{"/d"});
  CHECK(choose("m.bin", 2002).empty());
  CHECK(choose("m.bin", 30) == Files{"/a"});
  CHECK(choose("m.bin", 29).empty());
  CHECK(choose("m.gguf", 100).empty());
  CHECK(choose("another", 100) == Files{"/e"});
}

TEST_CASE("NothingIsCutForAFileOfOneChunkOrWithoutSources") {
  CHECK(ChooseSources({Wanted("m.bin", 100, 1)}, {{"/a", "m.bin", 100, 1}}).empty());
  CHECK(ChooseSources({Wanted("m.bin", 100)}, {}).empty());
}
