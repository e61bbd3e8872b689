#include "storage/catalog/repository_query.h"

#include <charconv>
#include <cmath>

#include "storage/base/bytes.h"

namespace banyan::storage {
namespace {

constexpr std::uint8_t kCursorVersion = 1;

Error BadRange() {
  return Error(Errc::Invalid, "a parameter range has the form 'min:6B,max:128B'");
}

// "1.5B" -> 1,500,000,000. Digits and one point only: no sign, exponent, "inf" or hex.
Result<std::uint64_t> ParseCount(std::string_view text) {
  double factor = 1;
  const std::string_view units = "KMBT";
  const auto unit = text.empty() ? units.npos : units.find(text.back());
  if (unit != units.npos) {
    factor = std::pow(1000.0, static_cast<double>(unit + 1));
    text.remove_suffix(1);
  }
  const bool plain =
      !text.empty() && text.size() <= 20 && text.find_first_not_of("0123456789.") == text.npos;
  double number = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
  if (!plain || parsed.ec != std::errc() || parsed.ptr != text.data() + text.size()) {
    return BadRange();
  }
  const double count = std::round(number * factor);
  if (count > 9e18) return BadRange();
  return static_cast<std::uint64_t>(count);
}

std::uint8_t Order(SortKey sort, bool ascending) {
  return static_cast<std::uint8_t>(static_cast<int>(sort) * 2 + (ascending ? 1 : 0));
}

}  // namespace

Result<SortKey> ParseSortKey(std::string_view text) {
  if (text == "lastModified" || text == "last_modified") return SortKey::LastModified;
  if (text == "createdAt" || text == "created_at") return SortKey::CreatedAt;
  if (text == "downloads" || text == "trendingScore" || text == "trending_score") {
    return SortKey::Downloads;
  }
  if (text == "likes") return SortKey::Likes;
  return Error(Errc::Invalid,
               "sort must be lastModified, createdAt, downloads, likes or trendingScore");
}

Result<ParameterRange> ParseParameterRange(std::string_view text) {
  ParameterRange range;
  while (true) {
    const auto comma = text.find(',');
    const auto bound = text.substr(0, comma);
    if (!bound.starts_with("min:") && !bound.starts_with("max:")) return BadRange();
    auto& side = bound.starts_with("min:") ? range.min : range.max;
    if (side) return BadRange();
    side = TRY(ParseCount(bound.substr(4)));
    if (comma == text.npos) return range;
    text.remove_prefix(comma + 1);
  }
}

std::string PrintCursor(const ListCursor& cursor, SortKey sort, bool ascending) {
  ByteWriter out;
  out.U8(kCursorVersion);
  out.U8(Order(sort, ascending));
  out.Le(static_cast<std::uint64_t>(cursor.value));
  out.Le(static_cast<std::uint64_t>(cursor.row));
  return ToHex(out.bytes());
}

Result<ListCursor> ParseCursor(std::string_view text, SortKey sort, bool ascending) {
  const auto raw = ParseHex(text);
  if (raw) {
    ByteReader in(*raw);
    const bool same = in.U8() == kCursorVersion && in.U8() == Order(sort, ascending);
    const auto value = static_cast<std::int64_t>(in.Le<std::uint64_t>());
    const auto row = static_cast<std::int64_t>(in.Le<std::uint64_t>());
    if (same && in.AtEnd()) return ListCursor{value, row};
  }
  return Error(Errc::Invalid, "this cursor does not belong to this list: start again without it");
}

}  // namespace banyan::storage
