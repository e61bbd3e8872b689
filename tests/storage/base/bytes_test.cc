#include "storage/base/bytes.h"

#include "storage/base/clock.h"
#include "storage/base/digest.h"
#include "storage/base/json.h"
#include "tests/support/must.h"

using namespace banyan;

TEST_CASE("HexAndBase64AreInverses") {
  Bytes all(256);
  for (std::size_t i = 0; i < 256; ++i) all[i] = static_cast<std::uint8_t>(i);
  REQUIRE(MUST(ParseHex(ToHex(all))) == all);
  for (std::size_t n = 0; n < 5; ++n) {
    const Bytes part(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(n));
    REQUIRE(MUST(ParseBase64(ToBase64(part))) == part);
  }
  MUST_FAIL(ParseHex("0g"), Errc::Invalid);
  MUST_FAIL(ParseBase64("QQ"), Errc::Invalid);
  MUST_FAIL(ParseBase64("QR=="), Errc::Invalid);  // stray low bits
}

TEST_CASE("VarintTakesOnlyTheShortestForm") {
  for (const std::uint64_t value : {0ull, 1ull, 127ull, 128ull, 1ull << 40, ~0ull}) {
    ByteWriter writer;
    writer.Varint(value);
    ByteReader reader(writer.bytes());
    REQUIRE(reader.Varint() == value);
    REQUIRE(reader.AtEnd());
  }
  const Bytes padded = {0x80, 0x00};
  ByteReader reader(padded);
  reader.Varint();
  REQUIRE_FALSE(reader.ok());
}

TEST_CASE("XetStringFormReversesEachWord") {
  Bytes raw(32);
  for (std::size_t i = 0; i < 32; ++i) raw[i] = static_cast<std::uint8_t>(i);
  const auto id = ChunkId::FromRaw(raw);
  REQUIRE(id.ToString() == "07060504030201000f0e0d0c0b0a090817161514131211101f1e1d1c1b1a1918");
  REQUIRE(MUST(ChunkId::Parse(id.ToString())) == id);
  MUST_FAIL(Sha256::Parse("AB"), Errc::Invalid);
}

TEST_CASE("Sha256AndGitBlobIdsMatchKnownValues") {
  REQUIRE(HashSha256(AsBytes("some data")).ToString() ==
          "1307990e6ba5ca145eb35e99182a9bec46531bc54ddf656a602c780fa0240dee");
  GitBlobHasher hasher(0);
  REQUIRE(hasher.Finish().ToString() == "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391");
}

TEST_CASE("IsoTimeRoundTrips") {
  REQUIRE(ToIsoTime(0) == "1970-01-01T00:00:00.000Z");
  REQUIRE(MUST(ParseIsoTime("2026-01-31T23:59:59.123Z")) == 1769903999123);
  REQUIRE(ToIsoTime(1769903999123) == "2026-01-31T23:59:59.123Z");
  MUST_FAIL(ParseIsoTime("2026-02-30T00:00:00Z"), Errc::Invalid);
  MUST_FAIL(ParseIsoTime("2026-01-31T23:59:59+00:00"), Errc::Invalid);
}

TEST_CASE("JsonIsWhatItsTextSays") {
  const std::string text =
      R"({"a":[1,-2,[],{"b":null,"c":[true,{"a":"\u00e9"}]}],"d":{"a":1.5},"e":""})";
  const Json value = MUST(ParseJson(text));
  REQUIRE(DumpJson(value) ==
          "{\"a\":[1,-2,[],{\"b\":null,\"c\":[true,{\"a\":\"\u00e9\"}]}],"
          "\"d\":{\"a\":1.5},\"e\":\"\"}");
  REQUIRE(MUST(ParseJson("7")) == 7);
  REQUIRE(MUST(ParseJson(" [ ] ")).is_array());
  for (const auto* bad : {"", "{", "[1,]", "{\"a\"}", "{} {}", "[1e999]", "nul", "[1}"}) {
    MUST_FAIL(ParseJson(bad), Errc::Invalid);
  }
}

TEST_CASE("JsonRefusesBombsAndDuplicateKeys") {
  REQUIRE(MUST(ParseJson(R"({"a":[1,2]})"))["a"].size() == 2);
  MUST_FAIL(ParseJson(std::string(100000, '[')), Errc::TooLarge);
  MUST_FAIL(ParseJson("[1,[2],3]", {.max_values = 4}), Errc::TooLarge);
  REQUIRE(MUST(ParseJson("[1,[2],3]", {.max_values = 5})).size() == 3);
  MUST_FAIL(ParseJson(R"({"a":1,"a":2})"), Errc::Invalid);
  MUST_FAIL(ParseJson(R"({"b":[{"a":[],"c":0,"a":{}}]})"), Errc::Invalid);
  MUST_FAIL(ParseJson(R"({"a":{"a":1}})", {.max_depth = 1}), Errc::TooLarge);
  REQUIRE(MUST(ParseJson(R"({"a":{}})", {.max_depth = 1}))["a"].empty());
  MUST_FAIL(ParseJson("{\"a\":\"\xff\"}"), Errc::Invalid);
  REQUIRE_FALSE(FindInt(MUST(ParseJson(R"({"a":18446744073709551615})")), "a").has_value());
}
