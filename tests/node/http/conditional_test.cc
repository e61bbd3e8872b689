#include "node/http/conditional.h"

#include "tests/support/must.h"

using namespace banyan;
using namespace banyan::node;

namespace {

struct Asked {
  Response response;
  std::optional<ByteSelection> bytes;
};

Asked Ask(std::string method, std::vector<HeaderList::Field> fields, std::uint64_t total = 10) {
  Request request;
  request.method = std::move(method);
  for (const auto& [name, value] : fields) request.headers.Add(name, value);
  Asked out;
  out.bytes = SelectBytes(request, "\"abc\"", total, out.response);
  return out;
}

}  // namespace

TEST_CASE("EntityTagsMatchInLists") {
  CHECK(MatchesEntityTag("\"abc\"", "\"abc\"", false));
  CHECK(MatchesEntityTag("\"x,y\", \"abc\"", "\"abc\"", false));
  CHECK(MatchesEntityTag("\"x\" , W/\"abc\"", "\"abc\"", true));
  CHECK_FALSE(MatchesEntityTag("W/\"abc\"", "\"abc\"", false));
  CHECK(MatchesEntityTag("*", "\"abc\"", false));
  CHECK(MatchesEntityTag("abc", "\"abc\"", true));
  CHECK_FALSE(MatchesEntityTag("\"abcd\"", "\"abc\"", true));
  CHECK_FALSE(MatchesEntityTag("", "\"abc\"", true));
  CHECK_FALSE(MatchesEntityTag("\"x\"abc", "\"abd\"", true));
  CHECK_FALSE(MatchesEntityTag("\"", "\"abc\"", true));
}

TEST_CASE("SelectBytesAnswers304WithoutABody") {
  for (const auto* method : {"GET", "HEAD"}) {
    const auto asked = Ask(method, {{"If-None-Match", "\"x\""}, {"if-none-match", "\"abc\""}});
    CHECK(asked.response.status == 304);
    CHECK_FALSE(asked.bytes.has_value());
    CHECK(asked.response.headers.Find("ETag") == "\"abc\"");
  }
  CHECK(Ask("GET", {{"If-None-Match", "\"x\""}}).response.status == 200);
  // A precondition goes before a range.
  CHECK(Ask("GET", {{"If-None-Match", "*"}, {"Range", "bytes=99-"}}).response.status == 304);
}

TEST_CASE("SelectBytesAnswersRangesOfGetOnly") {
  const auto part = Ask("GET", {{"Range", "bytes=2-3"}});
  CHECK(part.response.status == 206);
  CHECK(part.response.headers.Find("Content-Range") == "bytes 2-3/10");
  REQUIRE(part.bytes.has_value());
  CHECK((part.bytes->offset == 2 && part.bytes->size_bytes == 2));
  const auto head = Ask("HEAD", {{"Range", "bytes=2-3"}});
  CHECK(head.response.status == 200);
  CHECK(head.bytes->size_bytes == 10);
  const auto beyond = Ask("GET", {{"Range", "bytes=10-"}});
  CHECK(beyond.response.status == 416);
  CHECK(beyond.response.headers.Find("Content-Range") == "bytes */10");
  CHECK_FALSE(beyond.bytes.has_value());
  const auto empty = Ask("GET", {{"Range", "bytes=0-0"}}, 0);
  CHECK(empty.response.status == 200);
  CHECK(empty.response.headers.Find("Content-Range") == "bytes */0");
}

TEST_CASE("SelectBytesIgnoresTheRangeOfAnOlderFile") {
  CHECK(Ask("GET", {{"Range", "bytes=2-"}, {"If-Range", "\"abc\""}}).response.status == 206);
  CHECK(Ask("GET", {{"Range", "bytes=2-"}, {"If-Range", "\"old\""}}).response.status == 200);
  CHECK(Ask("GET", {{"Range", "bytes=2-"}, {"If-Range", "W/\"abc\""}}).response.status == 200);
  CHECK(Ask("GET", {{"Range", "bytes=2-"}, {"If-Range", "Sun, 06 Nov 1994 08:49:37 GMT"}})
            .response.status == 200);
}

TEST_CASE("SelectBytesRefusesAChangedFile") {
  CHECK(Ask("GET", {{"If-Match", "\"old\""}}).response.status == 412);
  CHECK(Ask("GET", {{"If-Match", "\"old\", \"abc\""}}).response.status == 200);
}
