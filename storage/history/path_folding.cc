// FoldPath of storage/base/repository_name.h. Full Unicode tables (ICU) would cost 30 MB for a
// check that only has to see the clashes people make: a file saved on one system with composed
// accents and on another with separate ones, and names that differ by case. So: simple case folding
// by range, and canonical decomposition from the rows below, for the scripts named in the header.
#include <algorithm>
#include <array>
#include <cstdint>
#include <unordered_map>

#include "storage/base/repository_name.h"
#include "storage/base/utf8.h"

namespace banyan::storage {
namespace {

// composed[i] = base[i] + mark. Lower case only (case is folded first); a base may itself be
// composed.
struct AccentRow {
  char32_t mark;
  std::u32string_view composed;
  std::u32string_view base;
};
constexpr std::array<AccentRow, 27> kAccents = {{
    {0x0300, U"àèìòùǜǹѐѝḕṑẁầằềồờừỳ", U"aeiouünеиēōwâăêôơưy"},
    {0x0301, U"áéíóúýćĺńŕśźǘǵǻǽǿ΅ΐάέήίΰόύώϓѓќḉḗḯḱḿṍṓṕṹẃấắếốớứ",
     U"aeiouyclnrszügåæø¨ϊαεηιϋουωϒгкçēïkmõōpũwâăêôơư"},
    {0x0302, U"âêîôûĉĝĥĵŝŵŷẑậệộ", U"aeioucghjswyzạẹọ"},
    {0x0303, U"ãñõĩũṽẫẵẽễỗỡữỹ", U"anoiuvâăeêôơưy"},
    {0x0304, U"āēīōūǖǟǡǣǭȫȭȱȳӣӯḡḹṝ", U"aeiouüäȧæǫöõȯyиуgḷṛ"},
    {0x0306, U"ăĕğĭŏŭйўӂӑӗḝặ", U"aegiouиужаеȩạ"},
    {0x0307, U"ċėġİżȧȯḃḋḟḣṁṅṗṙṡṥṧṩṫẇẋẏẛ", U"cegizaobdfhmnprsśšṣtwxys"},
    {0x0308, U"äëïöüÿϊϋϔёїӓӛӝӟӥӧӫӭӱӵӹḧṏṻẅẍẗ", U"aeiouyιυϒеіаәжзиоөэучыhõūwxt"},
    {0x0309, U"ảẩẳẻểỉỏổởủửỷ", U"aâăeêioôơuưy"},
    {0x030A, U"åůẘẙ", U"auwy"},
    {0x030B, U"őűӳ", U"ouу"},
    {0x030C, U"čďěľňřšťžǎǐǒǔǚǧǩǯǰȟ", U"cdelnrstzaiouügkʒjh"},
    {0x030F, U"ȁȅȉȍȑȕѷ", U"aeioruѵ"},
    {0x0311, U"ȃȇȋȏȓȗ", U"aeioru"},
    {0x031B, U"ơư", U"ou"},
    {0x0323, U"ḅḍḥḳḷṃṇṛṣṭṿẉẓạẹịọợụựỵ", U"bdhklmnrstvwzaeioơuưy"},
    {0x0324, U"ṳ", U"u"},
    {0x0325, U"ḁ", U"a"},
    {0x0326, U"șț", U"st"},
    {0x0327, U"çģķļņŗşţȩḑḩ", U"cgklnrstedh"},
    {0x0328, U"ąęįųǫ", U"aeiuo"},
    {0x032D, U"ḓḙḽṋṱṷ", U"delntu"},
    {0x032E, U"ḫ", U"h"},
    {0x0330, U"ḛḭṵ", U"eiu"},
    {0x0331, U"ḇḏḵḻṉṟṯẕẖ", U"bdklnrtzh"},
    {0x3099,
     U"がぎぐげござじずぜぞだぢづでどばびぶべぼゔゞガギグゲゴザジズゼゾダヂヅデドバビブベボヴヷヸヹ"
     U"ヺヾ",
     U"かきくけこさしすせそたちつてとはひふへほうゝカキクケコサシスセソタチツテトハヒフヘホウワヰヱ"
     U"ヲヽ"},
    {0x309A, U"ぱぴぷぺぽパピプペポ", U"はひふへほハヒフヘホ"},
}};

struct Decomposition {
  char32_t base = 0;
  char32_t mark = 0;
};
const std::unordered_map<char32_t, Decomposition>& Decompositions() {
  static const auto table = [] {
    std::unordered_map<char32_t, Decomposition> made;
    for (const auto& row : kAccents) {
      ENSURE(row.composed.size() == row.base.size());
      for (std::size_t i = 0; i < row.base.size(); ++i) {
        made.emplace(row.composed[i], Decomposition{row.base[i], row.mark});
      }
    }
    return made;
  }();
  return table;
}

// How two characters of a range are paired.
enum class Pairing { EvenUpper, OddUpper, Shifted };  // upper = even, upper = odd, upper + shift
struct CaseRange {
  char32_t first, last;
  Pairing pairing;
  std::int32_t shift = 1;
};
constexpr CaseRange kCases[] = {
    {0xB5, 0xB5, Pairing::Shifted, 775},  // micro sign
    {0xC0, 0xD6, Pairing::Shifted, 32},
    {0xD8, 0xDE, Pairing::Shifted, 32},
    {0x100, 0x12F, Pairing::EvenUpper},
    {0x132, 0x137, Pairing::EvenUpper},
    {0x139, 0x148, Pairing::OddUpper},
    {0x14A, 0x177, Pairing::EvenUpper},
    {0x178, 0x178, Pairing::Shifted, -121},
    {0x179, 0x17E, Pairing::OddUpper},
    {0x17F, 0x17F, Pairing::Shifted, -268},  // long s
    // Letters of African orthographies.
    {0x181, 0x181, Pairing::Shifted, 210},
    {0x186, 0x186, Pairing::Shifted, 206},
    {0x187, 0x188, Pairing::OddUpper},
    {0x189, 0x18A, Pairing::Shifted, 205},
    {0x18B, 0x18C, Pairing::OddUpper},
    {0x18E, 0x18E, Pairing::Shifted, 79},
    {0x190, 0x190, Pairing::Shifted, 203},
    {0x191, 0x192, Pairing::OddUpper},
    {0x193, 0x193, Pairing::Shifted, 205},
    {0x194, 0x194, Pairing::Shifted, 207},
    {0x196, 0x196, Pairing::Shifted, 211},
    {0x197, 0x197, Pairing::Shifted, 209},
    {0x19D, 0x19D, Pairing::Shifted, 213},
    {0x1B1, 0x1B2, Pairing::Shifted, 217},
    {0x1B3, 0x1B6, Pairing::OddUpper},
    {0x182, 0x185, Pairing::EvenUpper},
    {0x18F, 0x18F, Pairing::Shifted, 202},
    {0x198, 0x199, Pairing::EvenUpper},
    {0x1A0, 0x1A5, Pairing::EvenUpper},
    {0x1AF, 0x1B0, Pairing::OddUpper},
    {0x1B7, 0x1B7, Pairing::Shifted, 219},
    {0x1CD, 0x1DC, Pairing::OddUpper},
    {0x1DE, 0x1EF, Pairing::EvenUpper},
    {0x1F4, 0x1F5, Pairing::EvenUpper},
    {0x1F8, 0x21F, Pairing::EvenUpper},
    {0x222, 0x233, Pairing::EvenUpper},
    {0x386, 0x386, Pairing::Shifted, 38},
    {0x388, 0x38A, Pairing::Shifted, 37},
    {0x38C, 0x38C, Pairing::Shifted, 64},
    {0x38E, 0x38F, Pairing::Shifted, 63},
    {0x391, 0x3A1, Pairing::Shifted, 32},
    {0x3A3, 0x3AB, Pairing::Shifted, 32},
    {0x3C2, 0x3C2, Pairing::Shifted, 1},  // final sigma
    {0x400, 0x40F, Pairing::Shifted, 80},
    {0x410, 0x42F, Pairing::Shifted, 32},
    {0x460, 0x481, Pairing::EvenUpper},
    {0x48A, 0x4BF, Pairing::EvenUpper},
    {0x4C0, 0x4C0, Pairing::Shifted, 15},
    {0x4C1, 0x4CE, Pairing::OddUpper},
    {0x4D0, 0x52F, Pairing::EvenUpper},
    {0x531, 0x556, Pairing::Shifted, 48},
    {0x1E00, 0x1E95, Pairing::EvenUpper},
    {0x1E9E, 0x1E9E, Pairing::Shifted, -7615},
    {0x1EA0, 0x1EFF, Pairing::EvenUpper},
    {0x2126, 0x2126, Pairing::Shifted, -7517},    // ohm
    {0x212A, 0x212A, Pairing::Shifted, -8383},    // kelvin
    {0x212B, 0x212B, Pairing::Shifted, -8262},    // angstrom
    {0xFF21, 0xFF3A, Pairing::Shifted, -0xFEC0},  // full width
    {0xFF01, 0xFF5E, Pairing::Shifted, -0xFEE0},
};

char32_t FoldCase(char32_t c) {
  if (c < 0x80) return c >= 'A' && c <= 'Z' ? c + 32 : c;
  if (c == 0x130) return c;  // dotted capital I: decomposed instead
  for (const auto& range : kCases) {
    if (c < range.first || c > range.last) continue;
    const bool odd = c % 2 == 1;
    if (range.pairing == Pairing::EvenUpper && odd) return c;
    if (range.pairing == Pairing::OddUpper && !odd) return c;
    return static_cast<char32_t>(static_cast<std::int32_t>(c) + range.shift);
  }
  return c;
}

// Canonical combining classes of the marks above and their neighbours; 0 for all else.
int CombiningClass(char32_t c) {
  if (c == 0x3099 || c == 0x309A) return 8;
  if (c < 0x300 || c > 0x36F || c == 0x34F) return 0;
  if (c >= 0x334 && c <= 0x338) return 1;
  if (c == 0x321 || c == 0x322 || c == 0x327 || c == 0x328) return 202;
  if (c == 0x31B) return 216;
  if ((c >= 0x316 && c <= 0x319) || (c >= 0x31C && c <= 0x320) || (c >= 0x323 && c <= 0x333) ||
      (c >= 0x339 && c <= 0x33C) || (c >= 0x347 && c <= 0x349) || c == 0x34D || c == 0x34E ||
      (c >= 0x353 && c <= 0x356) || c == 0x359 || c == 0x35A) {
    return 220;
  }
  if (c == 0x315 || c == 0x31A || c == 0x358) return 232;
  if (c == 0x35C || c == 0x35F || c == 0x362) return 233;
  if (c == 0x35D || c == 0x35E || c == 0x360 || c == 0x361) return 234;
  return c == 0x345 ? 240 : 230;
}

void Decompose(char32_t c, std::u32string& out) {
  if (c >= 0xAC00 && c <= 0xD7A3) {  // Hangul: computed (Unicode section 3.12)
    const char32_t index = c - 0xAC00;
    out.push_back(0x1100 + index / 588);
    out.push_back(0x1161 + index % 588 / 28);
    if (index % 28 != 0) out.push_back(0x11A7 + index % 28);
    return;
  }
  const auto found = Decompositions().find(c);
  if (found == Decompositions().end()) return out.push_back(c);
  Decompose(found->second.base, out);
  out.push_back(found->second.mark);
}

}  // namespace

std::string FoldPath(std::string_view path) {
  std::u32string folded;
  for (auto rest = path; !rest.empty();) {
    const auto next = DecodeUtf8(rest);
    Decompose(FoldCase(next.value), folded);
    rest.remove_prefix(next.size_bytes);
  }
  for (auto at = folded.begin(); at != folded.end();) {
    const auto marks = std::find_if(at, folded.end(), [](char32_t c) { return CombiningClass(c); });
    at = std::find_if(marks, folded.end(), [](char32_t c) { return CombiningClass(c) == 0; });
    std::stable_sort(marks, at,
                     [](char32_t a, char32_t b) { return CombiningClass(a) < CombiningClass(b); });
  }
  std::string out;
  for (const char32_t c : folded) AppendUtf8(out, c);
  return out;
}

}  // namespace banyan::storage
