#include "storage/catalog/repository_query.h"

#include "tests/support/must.h"

using namespace banyan;
using namespace banyan::storage;

TEST_CASE("SortKeysParseInOldAndNewSpelling") {
  REQUIRE(MUST(ParseSortKey("lastModified")) == SortKey::LastModified);
  REQUIRE(MUST(ParseSortKey("last_modified")) == SortKey::LastModified);
  REQUIRE(MUST(ParseSortKey("createdAt")) == SortKey::CreatedAt);
  REQUIRE(MUST(ParseSortKey("created_at")) == SortKey::CreatedAt);
  REQUIRE(MUST(ParseSortKey("downloads")) == SortKey::Downloads);
  REQUIRE(MUST(ParseSortKey("trendingScore")) == SortKey::Downloads);
  REQUIRE(MUST(ParseSortKey("trending_score")) == SortKey::Downloads);
  REQUIRE(MUST(ParseSortKey("likes")) == SortKey::Likes);
  for (const char* bad : {"", "Likes", "size"}) MUST_FAIL(ParseSortKey(bad), Errc::Invalid);
}

TEST_CASE("ParameterRangesParse") {
  const auto both = MUST(ParseParameterRange("min:6B,max:128B"));
  REQUIRE(both.min == 6'000'000'000u);
  REQUIRE(both.max == 128'000'000'000u);
  REQUIRE(MUST(ParseParameterRange("min:1.5B")).min == 1'500'000'000u);
  REQUIRE_FALSE(MUST(ParseParameterRange("min:1.5B")).max);
  REQUIRE(MUST(ParseParameterRange("max:500M")).max == 500'000'000u);
  REQUIRE(MUST(ParseParameterRange("max:0.1K,min:0")).max == 100u);
  REQUIRE(MUST(ParseParameterRange("max:2T")).max == 2'000'000'000'000u);
  for (const char* bad : {"", "6B", "min:", "min:B", "min:-1", "min:1e3", "min:inf", "min:0x10",
                          "min:1B,", "min:1,min:2", "min: 1", "min:1BB", "mid:1", "min:1.2.3",
                          "min:99999999T", "min:111111111111111111111"}) {
    INFO(bad);
    MUST_FAIL(ParseParameterRange(bad), Errc::Invalid);
  }
}

TEST_CASE("CursorsRoundTripAndBelongToOneOrder") {
  for (const auto sort :
       {SortKey::LastModified, SortKey::CreatedAt, SortKey::Downloads, SortKey::Likes}) {
    for (const bool ascending : {false, true}) {
      for (const std::int64_t value : {std::int64_t{0}, std::int64_t{-5}, INT64_MAX, INT64_MIN}) {
        const ListCursor cursor{value, 77};
        const auto text = PrintCursor(cursor, sort, ascending);
        REQUIRE(MUST(ParseCursor(text, sort, ascending)) == cursor);
        MUST_FAIL(ParseCursor(text, sort, !ascending), Errc::Invalid);
      }
    }
  }
  const auto text = PrintCursor({1, 2}, SortKey::Likes, false);
  MUST_FAIL(ParseCursor(text, SortKey::Downloads, false), Errc::Invalid);
  MUST_FAIL(ParseCursor(text + "00", SortKey::Likes, false), Errc::Invalid);
  MUST_FAIL(ParseCursor(text.substr(2), SortKey::Likes, false), Errc::Invalid);
  for (const char* bad : {"", "zz", "0", "00"}) {
    MUST_FAIL(ParseCursor(bad, SortKey::Likes, false), Errc::Invalid);
  }
}
