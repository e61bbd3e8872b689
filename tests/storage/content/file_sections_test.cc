#include "storage/content/file_sections.h"

#include "storage/content/merkle.h"
#include "tests/support/must.h"
#include "tests/support/store_fixture.h"

using namespace banyan;
using namespace banyan::storage;
using banyan::tests::Noise;

TEST_CASE("SectionsCarryAFileInEveryEncoding") {
  banyan::tests::StoreFixture f;
  Bytes data = Noise(70u << 20, 7);
  std::fill(data.begin() + 100000, data.begin() + 9000000, std::uint8_t{1});
  auto put = MUST(f.store->PutBytes(data));
  MUST(f.store->Sync());
  const auto sections = MUST(FileSections::Load(f.local(), put.content));
  REQUIRE(
      OutlineProves(sections->outline(), {put.content.hash, data.size(), put.content.chunk_count}));
  for (const EncodingSet accepted : {kRawOnly, MUST(ParseEncodingSet("0,1,2,3"))}) {
    Bytes joined;
    ChunkDecoder decoder;
    for (std::size_t i = 0; i < sections->outline().sections.size(); ++i) {
      const ChunkList list = MUST(sections->Section(i));
      REQUIRE(SectionProves(sections->outline(), i, list));
      auto body = MUST(sections->Data(i, accepted));
      Bytes bytes;
      const auto collect = [&](ByteView slice) {
        bytes.insert(bytes.end(), slice.begin(), slice.end());
        return Ok();
      };
      const std::uint64_t half = body->SizeBytes() / 2;
      MUST(body->Stream(0, half, i % 2 == 0, collect));
      MUST(body->Stream(half, body->SizeBytes() - half, i % 2 == 1, collect));
      const auto table = MUST(ParseBatchTable(bytes));
      REQUIRE(table.size() == list.size());
      std::size_t at = BatchTableBytes(table.size());
      for (std::size_t c = 0; c < table.size(); ++c) {
        Bytes raw(table[c].raw_bytes);
        MUST(decoder.Decode(table[c].encoding, ByteView(bytes).subspan(at, table[c].stored_bytes),
                            raw));
        REQUIRE(HashChunk(raw) == list[c].id);
        joined.insert(joined.end(), raw.begin(), raw.end());
        at += table[c].stored_bytes;
      }
      REQUIRE(at == bytes.size());
    }
    REQUIRE(joined == data);
  }
}
