#include "node/nonce_book.h"

#include "tests/support/catch.h"
#include "tests/support/must.h"

using namespace banyan;
using namespace banyan::node;

namespace {

const federation::NodeId kNode{federation::HashLeaf(AsBytes("one"))};
const federation::NodeId kOther{federation::HashLeaf(AsBytes("other"))};

}  // namespace

TEST_CASE("ASignedRequestCountsOnce") {
  NonceBook book;
  MUST(book.Take(kNode, 1000, "a", 1000));
  MUST_FAIL(book.Take(kNode, 1000, "a", 1000), Errc::Denied);
  MUST_FAIL(book.Take(kNode, 1000, "a", 1300), Errc::Denied);
  MUST(book.Take(kNode, 1000, "b", 1000));
  MUST(book.Take(kNode, 1001, "a", 1000));
  MUST(book.Take(kOther, 1000, "a", 1000));
}

TEST_CASE("ASignatureIsOfNowOrFiveMinutesAroundIt") {
  NonceBook book;
  MUST(book.Take(kNode, 700, "a", 1000));
  MUST(book.Take(kNode, 1300, "a", 1000));
  const auto early = book.Take(kNode, 699, "b", 1000);
  MUST_FAIL(book.Take(kNode, 1301, "b", 1000), Errc::Denied);
  REQUIRE_FALSE(early.has_value());
  CHECK(early.error().message() ==
        "the request was signed at 1970-01-01T00:11:39.000Z, but here it is "
        "1970-01-01T00:16:40.000Z: set the clock that is wrong");
}

TEST_CASE("Attack11WhatIsRememberedOfANodeIsBounded") {
  NonceBook book(100);
  for (int i = 0; i < 1000; ++i) {
    MUST(book.Take(kNode, 1000 + i / 10, std::to_string(i), 1000 + i / 10));
  }
  // Those that were forgotten do not count again.
  for (int i = 0; i < 1000; ++i) {
    INFO(i);
    MUST_FAIL(book.Take(kNode, 1000 + i / 10, std::to_string(i), 1099), Errc::Denied);
  }
  MUST(book.Take(kNode, 1099, "new", 1099));
  MUST(book.Take(kOther, 1000, "new", 1099));
}
