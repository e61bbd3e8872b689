#include "storage/xet/xorb_format.h"

#include "storage/content/merkle.h"
#include "tests/storage/content/xet_vectors.h"
#include "tests/support/chunks.h"
#include "tests/support/store_fixture.h"
#include "tests/support/xet.h"

using namespace banyan;
using namespace banyan::storage;
using banyan::tests::Cut;
using banyan::tests::InPieces;
using banyan::tests::Noise;
using banyan::tests::XorbBody;

namespace {

Result<std::vector<Bytes>> ReadAll(ByteView body, std::size_t piece = 1000) {
  XorbReader reader(InPieces(body, piece));
  std::vector<Bytes> chunks;
  while (const auto raw = TRY(reader.Next())) chunks.emplace_back(raw->begin(), raw->end());
  return chunks;
}

Bytes Joined(const std::vector<Bytes>& chunks) {
  Bytes all;
  for (const Bytes& chunk : chunks) all.insert(all.end(), chunk.begin(), chunk.end());
  return all;
}

Bytes With(Bytes bytes, ByteView more) {
  bytes.insert(bytes.end(), more.begin(), more.end());
  return bytes;
}

// One record, whatever it says.
Bytes Record(const XorbHead& head, ByteView payload) {
  const auto bytes = EncodeXorbHead(head);
  return With(Bytes(bytes.begin(), bytes.end()), payload);
}

constexpr XorbScheme kSchemes[] = {XorbScheme::None, XorbScheme::Lz4, XorbScheme::GroupedLz4};

}  // namespace

TEST_CASE("XorbsOfTheStockClientAreRead") {
  const auto lines = VectorSection(5);
  std::vector<std::string> read;
  for (const auto& line : lines) {
    const auto words = Words(line);
    if (words.size() < 2 || words[0] != "xorb" || words[1] != "body") continue;
    for (const auto& chunk : MUST(ReadAll(MUST(ParseHex(words.back()))))) {
      read.push_back(HashXorb(Cut(chunk)).ToString());
    }
  }
  std::vector<std::string> expected;
  for (const auto& line : lines) {
    constexpr std::string_view kLabel = "chunk = xorb hash ";
    const auto at = line.find(kLabel);
    if (at != line.npos) expected.push_back(line.substr(at + kLabel.size(), 64));
  }
  REQUIRE(expected.size() == 4);
  REQUIRE(read == expected);
}

TEST_CASE("EverySchemeGivesTheChunksBack") {
  Bytes data = Noise(700'003, 1);
  std::fill(data.begin() + 100'000, data.begin() + 400'000, std::uint8_t{7});
  const auto chunks = Cut(data);
  for (const auto scheme : kSchemes) {
    const Bytes body = XorbBody(data, chunks, scheme);
    for (const std::size_t piece : {std::size_t{1}, std::size_t{7}, body.size()}) {
      const auto read = MUST(ReadAll(body, piece));
      REQUIRE(read.size() == chunks.size());
      REQUIRE(Joined(read) == data);
    }
    // Older clients send what follows.
    REQUIRE(Joined(MUST(ReadAll(With(body, tests::XorbFooter(chunks))))) == data);
  }
}

TEST_CASE("ACutXorbIsRefusedWhereverItEnds") {
  const Bytes data = Noise(30, 2);
  const ChunkList chunks = {{HashChunk(ByteView(data).first(10)), 10},
                            {HashChunk(ByteView(data).subspan(10)), 20}};
  for (const auto scheme : kSchemes) {
    const Bytes body = XorbBody(data, chunks, scheme);
    const std::size_t second = XorbBody(ByteView(data).first(10), {chunks[0]}, scheme).size();
    for (std::size_t size = 1; size < body.size(); ++size) {
      if (size == second) continue;  // which is a xorb of one chunk
      MUST_FAIL(ReadAll(ByteView(body).first(size)), Errc::Invalid);
    }
  }
}

TEST_CASE("ARecordThatCannotBeIsRefused") {
  const Bytes raw = Noise(1000, 3);
  const Bytes frame = tests::Lz4Frame(raw);
  const auto size = static_cast<std::uint32_t>(frame.size());
  const Bytes good = Record({size, 1000, XorbScheme::Lz4}, frame);
  REQUIRE(Joined(MUST(ReadAll(good))) == raw);
  const auto changed = [&](std::size_t at, std::uint8_t value) {
    Bytes bytes = good;
    bytes[at] = value;
    return bytes;
  };
  MUST_FAIL(ReadAll(changed(0, 1)), Errc::Invalid);  // version
  MUST_FAIL(ReadAll(changed(4, 3)), Errc::Invalid);  // scheme
  MUST_FAIL(ReadAll(changed(4, 99)), Errc::Invalid);
  MUST_FAIL(ReadAll(Record({0, 1000, XorbScheme::Lz4}, {})), Errc::Invalid);
  MUST_FAIL(ReadAll(Record({1000, 0, XorbScheme::Lz4}, raw)), Errc::Invalid);
  MUST_FAIL(ReadAll(Record({1000, 999, XorbScheme::None}, raw)), Errc::Invalid);
  MUST_FAIL(ReadAll(Record({size, kMaxChunkBytes + 1, XorbScheme::Lz4}, frame)), Errc::Invalid);
  MUST_FAIL(ReadAll(Record({kMaxXorbPayloadBytes + 1, 1000, XorbScheme::Lz4}, frame)),
            Errc::Invalid);
}

TEST_CASE("AFrameGivesExactlyWhatItsRecordSays") {
  const Bytes raw = Noise(1000, 4);
  const Bytes zeros(64u << 20);
  const Bytes bomb = tests::Lz4Frame(zeros);
  REQUIRE(bomb.size() > kMaxXorbPayloadBytes);  // even that cannot come in one record
  const Bytes small_bomb = tests::Lz4Frame(ByteView(zeros).first(10u << 20));
  for (const auto scheme : {XorbScheme::Lz4, XorbScheme::GroupedLz4}) {
    const auto refused = [&](ByteView payload, std::uint32_t claimed) {
      const auto size = static_cast<std::uint32_t>(payload.size());
      MUST_FAIL(ReadAll(Record({size, claimed, scheme}, payload)), Errc::Invalid);
    };
    const Bytes frame = tests::Lz4Frame(raw);
    refused(frame, 999);
    refused(frame, 1001);
    refused(small_bomb, kMaxChunkBytes);
    refused(With(frame, Bytes{0}), 1000);
    refused(With(frame, frame), 1000);
    refused(With(frame, frame), 2000);
    const Bytes skippable = {0x50, 0x2a, 0x4d, 0x18, 4, 0, 0, 0, 1, 2, 3, 4};
    refused(skippable, 1000);
    refused(With(skippable, frame), 1000);
    refused(Noise(1000, 5), 1000);
    for (std::size_t i = 1; i < frame.size(); i += 37) refused(ByteView(frame).first(i), 1000);
  }
}

TEST_CASE("AXorbHasItsLimits") {
  const Bytes tiny = Record({1, 1, XorbScheme::None}, Bytes{42});
  Bytes many;
  for (std::size_t i = 0; i < kMaxXorbChunks; ++i)
    many.insert(many.end(), tiny.begin(), tiny.end());
  REQUIRE(MUST(ReadAll(many, many.size())).size() == kMaxXorbChunks);
  many.insert(many.end(), tiny.begin(), tiny.end());
  MUST_FAIL(ReadAll(many, many.size()), Errc::TooLarge);

  const Bytes zeros(kMaxChunkBytes);
  const Bytes frame = tests::Lz4Frame(zeros);
  const Bytes large =
      Record({static_cast<std::uint32_t>(frame.size()), kMaxChunkBytes, XorbScheme::Lz4}, frame);
  // Some clients fill xorbs by what is left of the data when it is compressed.
  Bytes full;
  const std::size_t twice = 2 * kMaxXorbRawBytes / kMaxChunkBytes;
  for (std::size_t i = 0; i < twice; ++i) full.insert(full.end(), large.begin(), large.end());
  CHECK(MUST(ReadAll(full, full.size())).size() == twice);
}
