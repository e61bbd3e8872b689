#include "node/units.h"

#include "tests/support/must.h"

using namespace banyan;
using namespace banyan::node;

TEST_CASE("SizesAreReadInEveryUnit") {
  CHECK(MUST(ParseByteSize("10 GiB")).bytes == 10ull << 30);
  CHECK(MUST(ParseByteSize("10gib")).bytes == 10ull << 30);
  CHECK(MUST(ParseByteSize("2TB")).bytes == 2'000'000'000'000);
  CHECK(MUST(ParseByteSize("7 kb")).bytes == 7000);
  CHECK(MUST(ParseByteSize("512")).bytes == 512);
  CHECK(MUST(ParseByteSize("0")).bytes == 0);
  for (const char* bad : {"", "GiB", "-1", "1.5 GiB", "10 GiBB", "10 Gi", "9223372036854775808",
                          "9000000 TiB", " 1", "1 2"}) {
    INFO(bad);
    MUST_FAIL(ParseByteSize(bad), Errc::Invalid);
  }
}

TEST_CASE("DurationsAreReadInEveryUnit") {
  CHECK(MUST(ParseDuration("30s")).ms == 30'000);
  CHECK(MUST(ParseDuration("250ms")).ms == 250);
  CHECK(MUST(ParseDuration("5 m")).ms == 300'000);
  CHECK(MUST(ParseDuration("2h")).ms == 7'200'000);
  CHECK(MUST(ParseDuration("7d")).ms == 604'800'000);
  CHECK(MUST(ParseDuration("0")).ms == 0);
  for (const char* bad : {"", "30", "s", "1w", "-1s", "1h30m", "300000000000d"}) {
    INFO(bad);
    MUST_FAIL(ParseDuration(bad), Errc::Invalid);
  }
}

TEST_CASE("UnitsFormatToWhatTheyParse") {
  for (const std::uint64_t bytes :
       {0ull, 1ull, 1000ull, 1024ull, 1536ull, 64ull << 20, 3ull << 40}) {
    const auto text = Format(ByteSize{bytes});
    INFO(text);
    CHECK(MUST(ParseByteSize(text)).bytes == bytes);
  }
  for (const std::int64_t ms : {0, 1, 999, 1000, 90'000, 120'000, 86'400'000}) {
    const auto text = Format(Duration{ms});
    INFO(text);
    CHECK(MUST(ParseDuration(text)).ms == ms);
  }
  CHECK(Format(ByteSize{10ull << 30}) == "10 GiB");
  CHECK(Format(Duration{90'000}) == "90s");
}
