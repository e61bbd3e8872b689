#include "cli/text.h"

#include <cstdint>

#include "tests/support/must.h"

using namespace banyan;
using namespace banyan::cli;

TEST_CASE("WidthCountsColumnsNotBytes") {
  REQUIRE(DisplayWidth("abc") == 3);
  REQUIRE(DisplayWidth("模型") == 4);
  REQUIRE(DisplayWidth("نموذج") == 5);
  REQUIRE(DisplayWidth("نَمُوذَج") == 5);  // vowel marks take no room
  REQUIRE(DisplayWidth("e\u0301") == 1);
  REQUIRE(DisplayWidth("한글") == 4);
  REQUIRE(DisplayWidth("\U0001F600") == 2);
  REQUIRE(DisplayWidth("\xff") == 1);
}

TEST_CASE("FitWidthNeverCutsACharacter") {
  REQUIRE(FitWidth("abc", 3) == "abc");
  REQUIRE(FitWidth("abcd", 3) == "ab…");
  REQUIRE(FitWidth("模型模型", 5) == "模型…");
  REQUIRE(FitWidth("模型模型", 4) == "模…");
  REQUIRE(FitWidth("abcd", 0).empty());
}

TEST_CASE("PrintableTakesTheTeethOutOfText") {
  REQUIRE(Printable("plain – 模型") == "plain – 模型");
  REQUIRE(Printable("\x1b[31mred\x07") == "?[31mred?");
  REQUIRE(Printable("a\nb\tc\r") == "a b c?");
  REQUIRE(Printable("a\u202Egnp.exe") == "agnp.exe");
  REQUIRE(Printable("a\u0085\u2028") == "a??");
  REQUIRE(Printable("\xc3") == "\uFFFD");
}

TEST_CASE("WrapTextKeepsWordsAndParagraphs") {
  REQUIRE(WrapText("one two three", 7) == std::vector<std::string>{"one two", "three"});
  REQUIRE(WrapText("one\n\ntwo", 20) == std::vector<std::string>{"one", "", "two"});
  REQUIRE(WrapText("longerthanthat a", 5) == std::vector<std::string>{"longerthanthat", "a"});
  REQUIRE(WrapText("", 5).empty());
}

TEST_CASE("SizesReadAsPeopleWriteThem") {
  REQUIRE(FormatBytes(0) == "0 B");
  REQUIRE(FormatBytes(999) == "999 B");
  REQUIRE(FormatBytes(1000) == "1.0 kB");
  REQUIRE(FormatBytes(4113088) == "4.1 MB");
  REQUIRE(FormatBytes(999'960'000) == "1.0 GB");
  REQUIRE(FormatBytes(UINT64_MAX) == "18.4 EB");
  REQUIRE(FormatCount(1234567) == "1,234,567");
  REQUIRE(FormatCount(999) == "999");
  REQUIRE(FormatShortCount(124'439'808) == "124M");
  REQUIRE(FormatShortCount(1'240'000'000) == "1.2B");
  REQUIRE(FormatDuration(3'600'000 * 26) == "1 d 2 h");
  REQUIRE(FormatDuration(200'000) == "3 min 20 s");
  REQUIRE(FormatDuration(-5) == "0 s");
  REQUIRE(FormatDuration(1'499) == "1 s");
  REQUIRE(FormatDuration(1'500) == "2 s");
  REQUIRE(FormatDuration(INT64_MAX) == "106751991167 d 7 h");
  REQUIRE(FormatSeconds(200) == "3 min 20 s");
  REQUIRE(FormatSeconds(INT64_MIN) == "0 s");
  REQUIRE(FormatSeconds(INT64_MAX) == "365000 d 0 h");
}
