#include "storage/content/file_inspection.h"

#include "tests/support/must.h"
#include "tests/support/store_fixture.h"

using namespace banyan;
using namespace banyan::storage;

namespace {

ChunkList Cut(ByteView bytes) {
  ChunkList chunks;
  Chunker chunker([&](ByteView chunk) {
    chunks.push_back({HashChunk(chunk), static_cast<std::uint32_t>(chunk.size())});
    return Ok();
  });
  MUST(chunker.Feed(bytes));
  MUST(chunker.Finish());
  return chunks;
}

FileInspection::Outcome Inspect(ByteView bytes, const ChunkList& chunks, std::size_t step) {
  FileInspection inspection(chunks);
  for (ByteView left = bytes; !left.empty();) {
    const auto part = left.first(std::min(step, left.size()));
    inspection.Feed(part);
    left = left.subspan(part.size());
  }
  CHECK(inspection.fed_bytes() == bytes.size());
  return inspection.Finish();
}

}  // namespace

TEST_CASE("AnInspectionFindsDigestAndCutHoweverTheBytesCome") {
  const Bytes bytes = tests::Noise(1'000'000, 3);
  const auto chunks = Cut(bytes);
  for (const std::size_t step : {1'000u, 65'536u, 1'000'000u}) {
    const auto outcome = Inspect(bytes, chunks, step);
    CHECK(outcome.sha256 == HashSha256(bytes));
    CHECK(outcome.is_canonical);
  }
  CHECK(Inspect({}, {}, 1).is_canonical);
}

TEST_CASE("AnotherCutIsNotCanonical") {
  const Bytes bytes = tests::Noise(1'000'000, 3);
  auto chunks = Cut(bytes);
  auto moved = chunks;
  moved[1].size_bytes += 1;
  moved[2].size_bytes -= 1;
  CHECK_FALSE(Inspect(bytes, moved, 65'536).is_canonical);
  auto fewer = chunks;
  fewer.pop_back();
  CHECK_FALSE(Inspect(bytes, fewer, 65'536).is_canonical);
  CHECK(Inspect(bytes, fewer, 65'536).sha256 == HashSha256(bytes));
}
