// The bytes of storage/content/FORMAT.md: what is written now, and that it is read back as it was.

#include "storage/content/file_offer.h"
#include "storage/content/outline.h"
#include "storage/content/pack_format.h"
#include "tests/support/chunks.h"
#include "tests/support/golden.h"
#include "tests/support/store_fixture.h"

using namespace banyan;
using namespace banyan::storage;

namespace {

PackEntry Entry(std::string_view text, std::uint32_t stored_bytes, Encoding encoding) {
  return {HashChunk(AsBytes(text)),
          0,
          stored_bytes,
          static_cast<std::uint32_t>(text.size()),
          encoding,
          false};
}

std::vector<PackEntry> PackEntries() {
  std::vector<PackEntry> entries = {
      Entry("first chunk", 11, Encoding::Raw), Entry("second", 5, Encoding::Zstd),
      Entry("gone", 0, Encoding::Planes2), Entry("the last one", 9, Encoding::Planes4)};
  entries[2].dropped = true;
  return entries;
}

ChunkList TwoChunks() {
  return {{HashChunk(AsBytes("one")), 3}, {HashChunk(AsBytes("another")), 7}};
}

std::vector<OfferedFile> Offer() {
  return {{HashSha256(AsBytes("oneanother")), 10, TwoChunks()}, {HashSha256({}), 0, {}}};
}

const Recipe kRecipe = {{{1, 0, 3, 200'000}, {70'000, 8'191, 1, 131'072}}};

}  // namespace

TEST_CASE("ContentFormatsAreGolden") {
  const std::vector<BatchEntry> batch = {{100, 131'072, Encoding::Planes2}, {3, 3, Encoding::Raw}};
  const Bytes data = tests::Noise(7'000'000, 1);
  const auto chunks = tests::Cut(data);
  tests::RequireGolden(
      "content.txt",
      {{"pack.footer", ToHex(EncodeFooter(PackEntries()))},
       {"batch.table", ToHex(EncodeBatchTable(batch))},
       {"chunk.list", ToHex(EncodeChunkList(TwoChunks()))},
       {"outline", ToHex(EncodeOutline(MakeOutline(chunks)))},
       {"outline.file", HashFile(chunks).ToString()},
       {"offer", ToHex(EncodeOffer(Offer()))},
       {"recipe", ToHex(EncodeRecipe(kRecipe))},
       {"bitmap",
        ToHex(EncodeBitmap({true, false, false, true, true, false, false, false, false, true}))}});
}

// A decoder must go on reading every encoding, whatever an encoder chooses by then.
TEST_CASE("EncodedChunksOfOldAreReadForever") {
  ChunkDecoder decoder;
  const auto decoded = [&](Encoding encoding, const Bytes& payload, std::size_t size) {
    Bytes raw(size);
    MUST(decoder.Decode(encoding, payload, raw));
    return raw;
  };
  CHECK(decoded(Encoding::Raw, {1, 2, 3}, 3) == Bytes{1, 2, 3});
  const Bytes thousand = MUST(ParseHex("28b52ffd60e8024d00001000000100e32b8005"));
  CHECK(decoded(Encoding::Zstd, thousand, 1000) == Bytes(1000));
  const Bytes frame = MUST(ParseHex("28b52ffd60f4004d00001000000100ef2ac002"));  // of 500 zeros
  const Bytes noise = tests::Noise(500, 2);
  for (const std::size_t planes : {std::size_t{2}, std::size_t{4}}) {
    Bytes payload;  // one plane of noise, the others of zeros
    Bytes raw(500 * planes);
    for (std::size_t g = 0; g < planes; ++g) {
      const std::uint32_t field =
          g == 0 ? 500u : static_cast<std::uint32_t>(frame.size()) | 1u << 23;
      for (unsigned i = 0; i < 3; ++i) payload.push_back(static_cast<std::uint8_t>(field >> 8 * i));
    }
    payload.insert(payload.end(), noise.begin(), noise.end());
    for (std::size_t g = 1; g < planes; ++g) {
      payload.insert(payload.end(), frame.begin(), frame.end());
    }
    for (std::size_t i = 0; i < 500; ++i) raw[planes * i] = noise[i];
    const auto encoding = planes == 2 ? Encoding::Planes2 : Encoding::Planes4;
    CHECK(decoded(encoding, payload, raw.size()) == raw);
  }
}
