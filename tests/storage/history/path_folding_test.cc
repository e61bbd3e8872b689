#include <cstdint>

#include "storage/base/repository_name.h"
#include "storage/base/utf8.h"
#include "tests/support/must.h"

using namespace banyan;
using namespace banyan::storage;

TEST_CASE("Attack9PathsThatDifferByCaseOrNormalisationClash") {
  const std::pair<const char*, const char*> clashes[] = {
      {"README.md", "readme.MD"},
      {"\u00C9cole/x", "e\u0301cole/X"},                         // composed and separate accent
      {"Vi\u1EC7t", "VIE\u0323\u0302T"},                         // two marks
      {"Vi\u1EC7t", "vie\u0302\u0323t"},                         // in the other order
      {"\u0391\u03A3", "\u03B1\u03C2"},                          // final sigma
      {"\u0419", "\u0438\u0306"},                                // Cyrillic short i
      {"\u304C", "\u304B\u3099"},                                // kana with separate voicing
      {"\uD55C\uAE00", "\u1112\u1161\u11AB\u1100\u1173\u11AF"},  // Hangul
      {"\uFF21\uFF11", "a1"},                                    // full width
      {"\u212B", "\u00E5"},                                      // angstrom sign
      {"\u212A", "k"},                                           // kelvin sign
      {"\u0130", "i\u0307"},                                     // dotted capital I
      {"\u017Eluť", "\u017DLU\u0164"},
      {"\u0531", "\u0561"},
  };
  for (const auto& [left, right] : clashes) {
    INFO(left << " and " << right);
    REQUIRE(FoldPath(left) == FoldPath(right));
  }
}

TEST_CASE("DifferentNamesKeepDifferentFoldedForms") {
  for (const auto& [left, right] :
       std::initializer_list<std::pair<const char*, const char*>>{{"a", "b"},
                                                                  {"\u00E9", "e"},
                                                                  {"\u00E9", "\u00E8"},
                                                                  {"\u0131", "i"},
                                                                  {"\u00DF", "ss"},
                                                                  {"a/b", "ab"},
                                                                  {"\u56FE", "\u50CF"},
                                                                  {"\u00D7", "x"},
                                                                  {"\u00F7", "\u00D7"}}) {
    INFO(left << " and " << right);
    REQUIRE(FoldPath(left) != FoldPath(right));
  }
}

TEST_CASE("FoldingIsIdempotentForEveryCharacter") {
  for (char32_t c = 0; c <= 0x10FFFF; ++c) {
    std::string text = "x";
    AppendUtf8(text, c);
    const auto folded = FoldPath(text);
    if (FoldPath(folded) != folded) FAIL("U+" << std::hex << static_cast<std::uint32_t>(c));
  }
  REQUIRE(FoldPath("a\xFF") == "a\uFFFD");
  REQUIRE(FoldPath("").empty());
}
