#include "federation/format/canonical_json.h"

#include "storage/base/json.h"
#include "tests/support/must.h"

using namespace banyan;
using namespace banyan::federation;

TEST_CASE("CanonicalJsonIsReadAndRenderedAlike") {
  for (const std::string text :
       {R"({})", R"({"a":1,"b":{"c":["x","y"],"d":true},"e":9007199254740991})",
        R"({"path":"a/b","quote":"\"","slash":"\\"})"}) {
    REQUIRE(AsText(MUST(RenderCanonical(MUST(ParseCanonical(AsBytes(text)))))) == text);
  }
}

TEST_CASE("EntriesHaveOneFormOnlyAttack16") {
  for (const std::string bad : {"",
                                "[]",
                                "1",
                                "{",
                                R"({"a":1})"
                                "\n",
                                R"( {"a":1})",
                                R"({"a": 1})",
                                R"({"b":1,"a":2})",
                                R"({"a":1,"a":1})",
                                R"({"a":1.0})",
                                R"({"a":1e3})",
                                R"({"a":-1})",
                                R"({"a":-0})",
                                R"({"a":9007199254740992})",
                                R"({"a":99999999999999999999})",
                                R"({"a":null})",
                                R"({"a":"\u0041"})",
                                R"({"a":"\/"})",
                                R"({"a":"\n"})",
                                "{\"a\":\"\u00e9\"}",
                                "{\"\u00e9\":1}",
                                "{\"a\":\"\x7f\"}",
                                "{\"a\":\"\xff\"}"}) {
    INFO(bad);
    MUST_FAIL(ParseCanonical(AsBytes(bad)), Errc::Invalid);
  }
}

TEST_CASE("EntriesAreBoundedAttack8") {
  const std::string big = "{\"a\":\"" + std::string(4096, 'x') + "\"}";
  MUST_FAIL(ParseCanonical(AsBytes(big)), Errc::TooLarge);
  MUST_FAIL(ParseCanonical(AsBytes(R"({"a":[[[[1]]]]})")), Errc::TooLarge);
  CanonicalLimits limits;
  limits.max_bytes = 16u << 10;
  MUST(ParseCanonical(AsBytes(big), limits));
}

TEST_CASE("ObjectsMayHoldAnyUtf8") {
  CanonicalLimits limits;
  limits.ascii_only = false;
  const std::string text = "{\"name\":\"\u4e2d\u6587 \\n \x7f\"}";
  REQUIRE(AsText(MUST(RenderCanonical(MUST(ParseCanonical(AsBytes(text), limits)), limits))) ==
          text);
  MUST_FAIL(ParseCanonical(AsBytes("{\"\u4e2d\":1}"), limits), Errc::Invalid);
}
