#pragma once
// What a list of repositories may ask for, and its text forms as clients send them. Pure.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "storage/base/repository_name.h"

namespace banyan::storage {

enum class SortKey { LastModified = 0, CreatedAt = 1, Downloads = 2, Likes = 3 };
// "lastModified", "createdAt", "downloads", "likes", and "trendingScore", which is downloads here;
// also with '_' instead of capitals, as old clients send them.
Result<SortKey> ParseSortKey(std::string_view text);

struct ParameterRange {
  std::optional<std::uint64_t> min;  // inclusive
  std::optional<std::uint64_t> max;  // inclusive
};
// "min:6B,max:128B", "min:1.5B", "max:500M": a decimal number and K, M, B, T or nothing.
Result<ParameterRange> ParseParameterRange(std::string_view text);

inline constexpr std::size_t kMaxQueryTags = 8;  // tags and languages together
inline constexpr std::size_t kMaxPageSize = 500;

// All given conditions hold together; an empty one does not count.
struct RepositoryQuery {
  RepositoryKind kind = RepositoryKind::Model;
  std::string author;  // a namespace, in any case
  std::string search;  // words as typed
  std::vector<std::string> tags;
  std::vector<std::string> languages;  // codes, matched as "language:<code>"
  std::string licence;                 // exactly as stored
  std::string task;
  std::string library;
  ParameterRange parameters;  // repositories of unknown size match no bound
  std::optional<bool> gated;
  SortKey sort = SortKey::LastModified;
  bool ascending = false;
  std::size_t limit = 100;     // 1 to kMaxPageSize; others are moved there
  bool with_metadata = false;  // fill ListedRepository::metadata
  std::string cursor;          // RepositoryPage::next_cursor of the page before
};

// Where a page ended: the sort value and row of the last repository looked at. The text is opaque
// to clients and names its sort and direction, so that a cursor of another list is Invalid.
struct ListCursor {
  std::int64_t value = 0;
  std::int64_t row = 0;
  auto operator<=>(const ListCursor&) const = default;
};
std::string PrintCursor(const ListCursor& cursor, SortKey sort, bool ascending);
Result<ListCursor> ParseCursor(std::string_view text, SortKey sort, bool ascending);

}  // namespace banyan::storage
