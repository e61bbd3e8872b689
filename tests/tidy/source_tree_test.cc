#include "tests/tidy/source_tree.h"

using namespace banyan::tidy;

TEST_CASE("CommentsAndLiteralsAreBlankedInPlace") {
  REQUIRE(BlankCommentsAndLiterals("a // b\nc") == "a     \nc");
  REQUIRE(BlankCommentsAndLiterals("a /* b\nc */ d") == "a     \n     d");
  REQUIRE(BlankCommentsAndLiterals(R"(f("x\"y", 'z');)") == "f(      ,    );");
  REQUIRE(BlankCommentsAndLiterals("x = 1'000'000 + 'a';") == "x = 1'000'000 +    ;");
  REQUIRE(BlankCommentsAndLiterals("s = R\"d(a\")b)d\" + c") == "s =             + c");
}

TEST_CASE("RoomsFollowTheFirstDirectory") {
  REQUIRE(RoomOf("storage/base/result.h") == "storage/base");
  REQUIRE(RoomOf("storage/content/chunk.h") == "storage/content");
  REQUIRE(HouseOf("storage/content/chunk.h") == "storage");
  REQUIRE(RoomOf("tests/node/http/router_test.cc") == "tests");
  REQUIRE(RoomOf("README.md").empty());
  REQUIRE(HouseOf("README.md").empty());
}
