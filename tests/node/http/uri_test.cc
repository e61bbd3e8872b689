#include "node/http/uri.h"

#include "tests/support/must.h"

using namespace banyan;
using namespace banyan::node;

TEST_CASE("PercentEncodingRoundTrips") {
  std::string all;
  for (int c = 1; c < 128; ++c) all.push_back(static_cast<char>(c));
  all += "é漢🌳";
  CHECK(MUST(PercentDecode(PercentEncode(all))) == all);
  CHECK(PercentEncode("a/b c%", "/") == "a/b%20c%25");
  CHECK(PercentEncode("a/b") == "a%2Fb");
}

TEST_CASE("PercentDecodeRefusesWhatIsNotText") {
  for (const auto* bad : {"%", "%4", "%zz", "a%0", "%00", "%ff", "%c0%af", "%ed%a0%80",
                          "%f4%90%80%80", "\xff", "%e6%bc"}) {
    INFO(bad);
    MUST_FAIL(PercentDecode(bad), Errc::Invalid);
  }
}

TEST_CASE("CheckPathFindsDotSegments") {
  for (const auto* good :
       {"/", "/a//b", "/...", "/.gitattributes", "/a%2Fb", "/%E6%BC%A2", "/a/"}) {
    INFO(good);
    CHECK(CheckPath(good).has_value());
  }
  for (const auto* bad :
       {"", "a", "/..", "/a/../b", "/%2e%2E/x", "/a%2F..%2Fb", "/.", "/a/%00", "/a/%"}) {
    INFO(bad);
    MUST_FAIL(CheckPath(bad), Errc::Invalid);
  }
}

TEST_CASE("ParseQueryKeepsOrderAndBothForms") {
  const auto params = MUST(ParseQuery("a=1&b=x+y%26&&a=2&flag&=v&c=d=e"));
  REQUIRE(params.size() == 6);
  CHECK(params[1].value == "x y&");
  CHECK(params[1].raw_value == "x+y%26");
  CHECK(params[2].value == "2");
  CHECK((params[3].name == "flag" && params[3].value.empty()));
  CHECK((params[4].name.empty() && params[4].value == "v"));
  CHECK(params[5].value == "d=e");
  MUST_FAIL(ParseQuery("a=%"), Errc::Invalid);
  MUST_FAIL(ParseQuery("%ff=1"), Errc::Invalid);
  std::string many;
  for (int i = 0; i < 1001; ++i) many += "a&";
  MUST_FAIL(ParseQuery(many), Errc::TooLarge);
}
