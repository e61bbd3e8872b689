#include "cli/transfer/first_few.h"

#include "tests/support/catch.h"

using namespace banyan::cli;

TEST_CASE("OfManyTheFirstFewAreNamedAndTheRestCounted") {
  CHECK(FirstFew({}).empty());
  CHECK(FirstFew({"a"}) == "a");
  CHECK(FirstFew({"a", "b"}) == "a, b");
  CHECK(FirstFew({"a", "b"}, "; ") == "a; b");
  std::vector<std::string> items(10, "x");
  CHECK(FirstFew(items) == "x, x, x, x, x, x, x, x, x, x");
  items.resize(12, "x");
  CHECK(FirstFew(items) == "x, x, x, x, x, x, x, x, x, x, and 2 more");
  CHECK(FirstFew(items, "; ") == "x; x; x; x; x; x; x; x; x; x; and 2 more");
}
