#include "storage/base/utf8.h"

#include <cstdint>

#include "tests/support/must.h"

using namespace banyan;

TEST_CASE("EveryScalarValueRoundTripsThroughUtf8") {
  for (char32_t value = 0; value <= 0x10FFFF; value += value < 0x3000 ? 1 : 97) {
    if (value >= 0xD800 && value <= 0xDFFF) continue;
    std::string text;
    AppendUtf8(text, value);
    const auto decoded = DecodeUtf8(text);
    if (!decoded.valid || decoded.value != value || decoded.size_bytes != text.size()) {
      FAIL("U+" << std::hex << static_cast<std::uint32_t>(value));
    }
  }
}

TEST_CASE("BytesThatAreNotUtf8AreRefused") {
  for (const std::string_view bad :
       {"\x80", "\xC0\xAF", "\xC1\x81", "\xE0\x80\xAF", "\xED\xA0\x80", "\xF0\x80\x80\xAF",
        "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFF", "\xE6\xA8", "\xE6", "\xC3(", "a\xF0\x9F"}) {
    INFO(std::string(bad));
    REQUIRE_FALSE(IsUtf8(bad));
  }
  REQUIRE(IsUtf8("模型 naïve \xF0\x9F\x8C\xB3"));
  REQUIRE(RepairUtf8("a\xFF"
                     "b\xE6\xA8") == "a\uFFFDb\uFFFD\uFFFD");
  std::string surrogate;
  AppendUtf8(surrogate, 0xD800);
  REQUIRE(surrogate == "\uFFFD");
}

TEST_CASE("TruncationKeepsWholeCharacters") {
  const std::string_view text = "é模\xF0\x9F\x8C\xB3";  // 2 + 3 + 4 bytes
  REQUIRE(TruncateUtf8(text, 99) == text);
  REQUIRE(TruncateUtf8(text, 8) == "é模");
  REQUIRE(TruncateUtf8(text, 5) == "é模");
  REQUIRE(TruncateUtf8(text, 4) == "é");
  REQUIRE(TruncateUtf8(text, 1).empty());
  REQUIRE(TruncateUtf8("abc", 0).empty());
}
