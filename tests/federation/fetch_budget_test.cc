#include "federation/fetch_budget.h"

#include "tests/support/catalog_makers.h"

using namespace banyan;
using namespace banyan::federation;
using banyan::testing::TestCatalog;

namespace {

constexpr std::int64_t kDayMs = 24 * 3'600'000;
constexpr std::int64_t kNoonMs = 1'795'953'600'000;  // about: a day in late November 2026

struct Budget {
  TestCatalog catalog;
  FetchLimits limits;

  void Count(std::uint64_t bytes, std::int64_t now_ms) {
    MUST(catalog.Write([&](storage::Connection& c) { return CountFetched(c, bytes, now_ms); }));
  }
  FetchState State(std::int64_t now_ms) {
    return MUST(
        catalog.Read([&](storage::Connection& c) { return ReadFetchState(c, limits, now_ms); }));
  }
};

// "lab/theirs", of origin 5, with 100 bytes.
void MakeMirror(TestCatalog& catalog) {
  banyan::testing::MakeUser(catalog, "lab");
  banyan::testing::MakeModel(catalog, "lab/theirs");
  MUST(catalog.Write([](storage::Connection& c) {
    return c.ExecuteScript(
        "INSERT INTO origin(id, node) VALUES(5, 'x');"
        "UPDATE repository SET stored_bytes = 100, origin = 5");
  }));
}

}  // namespace

TEST_CASE("AWindowMayGoOverMidnight") {
  const auto night = MUST(TimeWindow::Parse("22:00-06:00"));
  CHECK(night == TimeWindow{22 * 60, 6 * 60});
  CHECK(night.Has(22 * 60));
  CHECK(night.Has(0));
  CHECK_FALSE(night.Has(6 * 60));
  CHECK_FALSE(night.Has(12 * 60));
  const auto lunch = MUST(TimeWindow::Parse("12:00-13:30"));
  CHECK(lunch.Has(12 * 60));
  CHECK_FALSE(lunch.Has(13 * 60 + 30));
  CHECK(MUST(TimeWindow::Parse("00:00-24:00")).Has(24 * 60 - 1));
  for (const char* text : {"", "22:00", "22:00-22:00", "22:60-23:00", "25:00-26:00", "2:00-3:00",
                           "22.00-06.00", "22:00-06:00 "}) {
    INFO(text);
    MUST_FAIL(TimeWindow::Parse(text), Errc::Invalid);
  }
}

TEST_CASE("ContentIsFetchedWithinWindowsOnly") {
  FetchLimits limits;
  CHECK(IsWithinWindows(limits, {0, 0, 700}));
  limits.windows = {{60, 120}, {600, 660}};
  CHECK(IsWithinWindows(limits, {0, 0, 61}));
  CHECK(IsWithinWindows(limits, {0, 0, 659}));
  CHECK_FALSE(IsWithinWindows(limits, {0, 0, 700}));
}

TEST_CASE("ADaysBudgetEndsWithTheDay") {
  Budget f;
  f.limits.bytes_per_day = 1000;
  f.Count(600, kNoonMs);
  CHECK(f.State(kNoonMs).has_budget);
  f.Count(400, kNoonMs);
  const auto spent = f.State(kNoonMs);
  CHECK_FALSE(spent.has_budget);
  CHECK(spent.today_bytes == 1000);
  const auto next = f.State(kNoonMs + kDayMs);
  CHECK(next.has_budget);
  CHECK(next.today_bytes == 0);
}

TEST_CASE("AMonthsBudgetEndsWithTheMonth") {
  Budget f;
  f.limits.bytes_per_month = 1000;
  const auto month = LocalTimeOf(kNoonMs).month;
  f.Count(1000, kNoonMs);
  std::int64_t now_ms = kNoonMs;
  while (LocalTimeOf(now_ms).month == month) {
    CHECK_FALSE(f.State(now_ms).has_budget);
    now_ms += kDayMs;
  }
  CHECK(f.State(now_ms).has_budget);
  f.Count(1, now_ms);
  CHECK(f.State(now_ms).month_bytes == 1);
}

TEST_CASE("MirrorsMayHoldSoMuchOnly") {
  TestCatalog catalog;
  banyan::testing::MakeUser(catalog, "lab");
  banyan::testing::MakeModel(catalog, "lab/own");
  banyan::testing::MakeModel(catalog, "lab/theirs");
  MUST(catalog.Write([](storage::Connection& c) {
    return c.ExecuteScript(
        "INSERT INTO origin(id, node) VALUES(5, 'x'), (6, 'y');"
        "UPDATE repository SET stored_bytes = 100;"
        "UPDATE repository SET origin = 5 WHERE name = 'theirs'");
  }));
  const auto require = [&](const FetchLimits& limits, std::int64_t origin, std::uint64_t more) {
    return catalog.Read([&](storage::Connection& c) {
      return RequireMirrorRoom(c, limits, origin, {more, more});
    });
  };
  FetchLimits limits;
  MUST(require(limits, 5, 1'000'000));
  limits.held_bytes = 150;  // what is the node's own does not count
  MUST(require(limits, 6, 50));
  MUST_FAIL(require(limits, 6, 51), Errc::TooLarge);
  limits = {};
  limits.held_origin_bytes = 150;
  MUST_FAIL(require(limits, 5, 51), Errc::TooLarge);
  MUST(require(limits, 6, 150));
}

TEST_CASE("WhatHasNoLimitIsNotSummedUp") {
  TestCatalog catalog;
  MakeMirror(catalog);
  const auto read = [&](const FetchLimits& limits) {
    return MUST(
        catalog.Read([&](storage::Connection& c) { return ReadMirrorBytes(c, limits, 5); }));
  };
  FetchLimits limits;
  CHECK(read(limits).all == 0);
  CHECK(read(limits).of_origin == 0);
  limits.held_bytes = 1;
  CHECK(read(limits).all == 100);
  CHECK(read(limits).of_origin == 0);
  limits = {};
  limits.held_origin_bytes = 1;
  CHECK(read(limits).all == 0);
  CHECK(read(limits).of_origin == 100);
}

TEST_CASE("AChangeMayNotMakeMirrorsLargerThanTheyMayBe") {
  TestCatalog catalog;
  MakeMirror(catalog);
  FetchLimits limits;
  const auto change = [&](std::int64_t to_bytes) {
    return catalog.Write([&](storage::Connection& c) -> Status {
      const auto before = TRY(ReadMirrorBytes(c, limits, 5));
      TRY(c.Execute("UPDATE repository SET stored_bytes = ?", to_bytes));
      return RequireWithinMirrorRoom(c, limits, 5, before);
    });
  };
  SECTION("all together") { limits.held_bytes = 150; }
  SECTION("of one origin") { limits.held_origin_bytes = 150; }
  MUST(change(150));
  MUST_FAIL(change(151), Errc::TooLarge);
  limits.held_bytes = limits.held_bytes / 2;
  limits.held_origin_bytes = limits.held_origin_bytes / 2;
  MUST(change(120));  // lowered meanwhile: what does not grow may stay
  MUST_FAIL(change(121), Errc::TooLarge);
}
