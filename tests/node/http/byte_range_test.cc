#include "node/http/byte_range.h"

#include "tests/support/must.h"

using namespace banyan;
using namespace banyan::node;

namespace {

std::string Show(std::string_view header, std::uint64_t total) {
  const auto answer = ResolveRange(header, total);
  return std::to_string(answer.status) + " " + std::to_string(answer.offset) + "+" +
         std::to_string(answer.size_bytes) + " " + answer.content_range;
}

constexpr std::string_view kIgnored[] = {"",
                                         "bytes",
                                         "bytes=",
                                         "bytes=-",
                                         "bytes=a-b",
                                         "bytes=1",
                                         "bytes=2-1",
                                         "bytes=1-2-3",
                                         "bytes =1-2",
                                         "bytes= 1-2",
                                         "bytes=1 -2",
                                         "bytes=+1-2",
                                         "bytes=0x1-2",
                                         "items=0-1",
                                         "0-1",
                                         "bytes=0-1,3-4",
                                         "bytes=0-0,",
                                         "bytes=--1",
                                         "bytes=1--2",
                                         "bytes=0-1;x"};

}  // namespace

TEST_CASE("ByteRangesOfAFullBody") {
  CHECK(Show("bytes=0-0", 10) == "206 0+1 bytes 0-0/10");
  CHECK(Show("bytes=2-5", 10) == "206 2+4 bytes 2-5/10");
  CHECK(Show("bytes=2-", 10) == "206 2+8 bytes 2-9/10");
  CHECK(Show("bytes=9-", 10) == "206 9+1 bytes 9-9/10");
  CHECK(Show("bytes=-3", 10) == "206 7+3 bytes 7-9/10");
  CHECK(Show("bytes=-30", 10) == "206 0+10 bytes 0-9/10");
  CHECK(Show("bytes=5-100", 10) == "206 5+5 bytes 5-9/10");
  CHECK(Show("BYTES=0-1", 10) == "206 0+2 bytes 0-1/10");
  CHECK(Show("bytes=0-99999999999999999999999", 10) == "206 0+10 bytes 0-9/10");
}

TEST_CASE("ByteRangesBeyondTheEndAreUnsatisfiable") {
  CHECK(Show("bytes=10-", 10) == "416 0+0 bytes */10");
  CHECK(Show("bytes=20-30", 10) == "416 0+0 bytes */10");
  CHECK(Show("bytes=99999999999999999999999-", 10) == "416 0+0 bytes */10");
  CHECK(Show("bytes=-0", 10) == "416 0+0 bytes */10");
  CHECK(Show("bytes=18446744073709551615-18446744073709551615", 10) == "416 0+0 bytes */10");
}

TEST_CASE("ByteRangesOfAnEmptyBody") {
  CHECK(Show("bytes=0-0", 0) == "200 0+0 bytes */0");
  CHECK(Show("bytes=0-", 0) == "200 0+0 bytes */0");
  CHECK(Show("bytes=-5", 0) == "200 0+0 bytes */0");
  CHECK(Show("bytes=1-", 0) == "416 0+0 bytes */0");
  CHECK(Show("bytes=-0", 0) == "416 0+0 bytes */0");
  CHECK(Show("", 0) == "200 0+0 ");
}

TEST_CASE("ByteRangesThatMustBeIgnoredGiveTheWholeBody") {
  for (const auto header : kIgnored) {
    INFO(header);
    CHECK_FALSE(ParseRange(header).has_value());
    CHECK(Show(header, 10) == "200 0+10 ");
  }
}

TEST_CASE("ByteRangesNeverReachPastTheBody") {
  const std::uint64_t numbers[] = {0, 1, 9, 10, 11, ~0ull - 1, ~0ull};
  for (const auto total : numbers) {
    for (const auto first : numbers) {
      for (const auto last : numbers) {
        const auto header = "bytes=" + std::to_string(first) + "-" + std::to_string(last);
        const auto answer = ResolveRange(header, total);
        INFO(header << " of " << total);
        CHECK(answer.offset <= total);
        CHECK(answer.size_bytes <= total - answer.offset);
        CHECK((answer.status != 206 || answer.size_bytes > 0));
      }
    }
  }
}
