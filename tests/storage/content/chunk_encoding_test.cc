#include "storage/content/chunk_encoding.h"

#include <algorithm>
#include <map>
#include <random>

#include "tests/support/must.h"
#include "tests/support/sample_data.h"

using namespace banyan;
using namespace banyan::storage;

namespace {

struct Stored {
  Encoding encoding;
  Bytes payload;
};

Stored EncodeOne(ByteView raw) {
  static ChunkEncoder encoder;
  const auto chunk = encoder.Encode(raw);
  REQUIRE(chunk.payload.size() <= raw.size());
  if (chunk.encoding == Encoding::Raw) REQUIRE(chunk.payload.data() == raw.data());
  return {chunk.encoding, Bytes(chunk.payload.begin(), chunk.payload.end())};
}

// Decodes between two guards, which must not change.
Result<Bytes> DecodeOne(const Stored& stored, std::size_t raw_size) {
  static ChunkDecoder decoder;
  constexpr std::size_t kGuard = 64;
  Bytes room(raw_size + 2 * kGuard, 0xA5);
  const auto status =
      decoder.Decode(stored.encoding, stored.payload, std::span(room).subspan(kGuard, raw_size));
  for (std::size_t i = 0; i < kGuard; ++i) {
    REQUIRE(room[i] == 0xA5);
    REQUIRE(room[room.size() - 1 - i] == 0xA5);
  }
  if (!status) return status.error();
  return Bytes(room.begin() + kGuard, room.end() - kGuard);
}

const std::map<std::string, Bytes>& Samples() {
  static const std::map<std::string, Bytes> samples = {
      {"bf16", SampleWeights(Number::BFloat16, 65536)},
      {"fp16", SampleWeights(Number::Float16, 65536)},
      {"fp32", SampleWeights(Number::Float32, 65536)},
      {"fp32 of bf16", SampleWeights(Number::BFloat16InFloat32, 65536)},
      {"int8", SampleInt8Weights(65536)},
      {"tokens", SampleTokens(65536)},
      {"text", SampleJsonLines(65536)},
      {"noise", SampleNoise(65536)},
      {"zeros", Bytes(65536)},
      {"largest", SampleWeights(Number::BFloat16, kMaxChunkBytes)},
  };
  return samples;
}

double Ratio(const std::string& name) {
  const auto& raw = Samples().at(name);
  return static_cast<double>(EncodeOne(raw).payload.size()) / static_cast<double>(raw.size());
}

Bytes Concatenation(const Bytes& a, const Bytes& b) {
  Bytes out = a;
  out.insert(out.end(), b.begin(), b.end());
  return out;
}

}  // namespace

TEST_CASE("DecodeIsTheInverseOfEncode") {
  for (const auto& [name, data] : Samples()) {
    for (const std::size_t drop : {0u, 1u, 2u, 3u, 5u, 60000u, 65535u}) {
      const auto raw = ByteView(data).subspan(drop);
      INFO(name << " without " << drop);
      const auto decoded = MUST(DecodeOne(EncodeOne(raw), raw.size()));
      REQUIRE(std::equal(decoded.begin(), decoded.end(), raw.begin(), raw.end()));
    }
  }
}

TEST_CASE("EachKindOfDataGetsItsEncoding") {
  const auto encoding = [](const char* name) { return EncodeOne(Samples().at(name)).encoding; };
  REQUIRE(encoding("bf16") == Encoding::Planes2);
  REQUIRE(encoding("fp16") == Encoding::Planes2);
  REQUIRE(encoding("fp32") == Encoding::Planes4);
  REQUIRE(encoding("fp32 of bf16") == Encoding::Planes4);
  REQUIRE(encoding("tokens") == Encoding::Planes4);
  REQUIRE(encoding("text") == Encoding::Zstd);
  REQUIRE(encoding("zeros") == Encoding::Zstd);
  REQUIRE(encoding("noise") == Encoding::Raw);
}

TEST_CASE("RatiosReachTheirTargets") {
  REQUIRE(Ratio("bf16") <= 0.68);
  REQUIRE(Ratio("fp16") <= 0.85);
  REQUIRE(Ratio("fp32") <= 0.845);
  REQUIRE(Ratio("fp32 of bf16") <= 0.35);
  REQUIRE(Ratio("int8") <= 0.89);
  REQUIRE(Ratio("tokens") <= 0.40);
  REQUIRE(Ratio("text") <= 0.36);
  REQUIRE(Ratio("zeros") <= 0.001);
}

TEST_CASE("TablesOfRecordsAreCompressedWhole") {
  // Equal records at distances that no split into planes keeps.
  const auto record = SampleNoise(61);
  Bytes raw;
  for (std::uint8_t i = 0; raw.size() < 60000; ++i) {
    raw.push_back(i);
    raw.insert(raw.end(), record.begin(), record.end());
  }
  REQUIRE(EncodeOne(raw).payload.size() < raw.size() / 10);
}

// Payloads written with zstd 1.5.4; whatever encoders do later, these must be readable for ever.
TEST_CASE("StoredFormsStayReadable") {
  Bytes text;
  for (std::size_t i = 0; i < 200; ++i) text.push_back(static_cast<std::uint8_t>('a' + i % 10));
  const Stored zstd = {Encoding::Zstd, MUST(ParseHex("28b52ffd20c88d0000506162636465666768696a01"
                                                     "00bb520509"))};
  REQUIRE(MUST(DecodeOne(zstd, text.size())) == text);

  // 129 bytes: the even ones stored raw, of the odd ones every third is 3d, the others 3c.
  Bytes halves(129);
  std::string low;
  for (std::size_t i = 0; i < halves.size(); i += 2) {
    halves[i] = static_cast<std::uint8_t>(i * 37);
    low += ToHex(ByteView(halves).subspan(i, 1));
    if (i + 1 < halves.size()) halves[i + 1] = i / 2 % 3 == 0 ? 0x3D : 0x3C;
  }
  const Stored planes2 = {Encoding::Planes2,
                          MUST(ParseHex("410000"
                                        "120080" +
                                        low + "28b52ffd20404d0000183d3c3c0100527243"))};
  REQUIRE(MUST(DecodeOne(planes2, halves.size())) == halves);

  // 130 bytes: the planes have 33, 33, 32 and 32; the last two are constant.
  Bytes words(130);
  std::string planes[2];
  for (std::size_t i = 0; i < words.size(); ++i) {
    words[i] = static_cast<std::uint8_t>(i % 4 == 3 ? 0x3F : i % 4 == 2 ? 0 : i * 37);
    if (i % 4 < 2) planes[i % 4] += ToHex(ByteView(words).subspan(i, 1));
  }
  const Stored planes4 = {Encoding::Planes4, MUST(ParseHex("210000"
                                                           "210000"
                                                           "110080"
                                                           "110080" +
                                                           planes[0] + planes[1] +
                                                           "28b52ffd2020450000100000010022c002"
                                                           "28b52ffd2020450000103f3f010022c002"))};
  REQUIRE(MUST(DecodeOne(planes4, words.size())) == words);
}

TEST_CASE("WrongSizesAreRefused") {
  for (const auto& [name, raw] : Samples()) {
    INFO(name);
    const auto stored = EncodeOne(raw);
    for (const std::size_t size :
         {raw.size() - 1, raw.size() + 1, raw.size() / 2, std::size_t{1}}) {
      MUST_FAIL(DecodeOne(stored, size), Errc::Corrupt);
    }
    MUST_FAIL(DecodeOne({stored.encoding, Concatenation(stored.payload, {0})}, raw.size()),
              Errc::Corrupt);
    for (const std::size_t size : {std::size_t{0}, std::size_t{2}, stored.payload.size() - 1}) {
      const Bytes part(stored.payload.begin(),
                       stored.payload.begin() + static_cast<std::ptrdiff_t>(size));
      MUST_FAIL(DecodeOne({stored.encoding, part}, raw.size()), Errc::Corrupt);
    }
  }
  ChunkDecoder decoder;
  MUST_FAIL(decoder.Decode(Encoding::Raw, {}, {}), Errc::Corrupt);
  Bytes large(kMaxChunkBytes + 1);
  MUST_FAIL(decoder.Decode(Encoding::Raw, large, large), Errc::Corrupt);
}

TEST_CASE("UnknownEncodingsAreInvalid") {
  const Bytes raw(100);
  for (const int number : {4, 5, 255}) {
    MUST_FAIL(DecodeOne({static_cast<Encoding>(number), raw}, raw.size()), Errc::Invalid);
  }
}

TEST_CASE("OnlyOneOrdinaryZstdFrameIsTaken") {
  const Bytes half(5000, 'x');
  const auto frame = EncodeOne(half);
  REQUIRE(frame.encoding == Encoding::Zstd);
  // Two frames that together give the declared size.
  MUST_FAIL(DecodeOne({Encoding::Zstd, Concatenation(frame.payload, frame.payload)}, 10000),
            Errc::Corrupt);
  // Frames that a zstd reader skips, before and after.
  const Bytes skipped = {0x50, 0x2A, 0x4D, 0x18, 1, 0, 0, 0, 0};
  MUST_FAIL(DecodeOne({Encoding::Zstd, Concatenation(frame.payload, skipped)}, 5000),
            Errc::Corrupt);
  MUST_FAIL(DecodeOne({Encoding::Zstd, Concatenation(skipped, frame.payload)}, 5000),
            Errc::Corrupt);
}

TEST_CASE("PlaneFieldsMustDescribeExactlyThePlanes") {
  const auto& raw = Samples().at("bf16");
  const auto good = EncodeOne(raw);
  REQUIRE(good.payload[2] == 0x00);  // low plane raw, 32,768 bytes
  REQUIRE(good.payload[5] == 0x80);  // high plane a frame
  for (std::size_t at = 0; at < 6; ++at) {
    for (int bit = 0; bit < 8; ++bit) {
      auto bad = good;
      bad.payload[at] ^= static_cast<std::uint8_t>(1 << bit);
      MUST_FAIL(DecodeOne(bad, raw.size()), Errc::Corrupt);
    }
  }
  auto other_count = good;
  other_count.encoding = Encoding::Planes4;
  MUST_FAIL(DecodeOne(other_count, raw.size()), Errc::Corrupt);
}

TEST_CASE("DamagedPayloadsNeverWriteOutside") {
  std::mt19937 random(1);
  for (const auto& [name, raw] : Samples()) {
    const auto good = EncodeOne(raw);
    for (int round = 0; round < 60; ++round) {
      auto bad = good;
      for (int i = 0; i < 3; ++i) {
        bad.payload[random() % bad.payload.size()] ^= static_cast<std::uint8_t>(1 + random() % 255);
      }
      // DecodeOne checks the guards; some damage is legal content, which the chunk's hash catches.
      if (const auto decoded = DecodeOne(bad, raw.size())) REQUIRE(decoded->size() == raw.size());
    }
  }
}
