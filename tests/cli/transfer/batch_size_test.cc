#include "cli/transfer/batch_size.h"

#include "tests/support/catch.h"

using namespace banyan::cli;

TEST_CASE("BatchesGrowOnAFastLineUpToTheLimit") {
  BatchSize size(6u << 20);
  REQUIRE(size.bytes() == BatchSize::kFirstBytes);
  size.Learn(size.bytes(), 100);
  REQUIRE(size.bytes() == 2 * BatchSize::kFirstBytes);
  for (int i = 0; i < 9; ++i) size.Learn(size.bytes(), 100);
  REQUIRE(size.bytes() == 6u << 20);
}

TEST_CASE("BatchesShrinkOnAThinLineDownToAFewChunks") {
  BatchSize size(100u << 20);
  size.Learn(size.bytes(), 1000);
  REQUIRE(size.bytes() == BatchSize::kFirstBytes);  // about right
  size.Learn(size.bytes(), 5000);
  REQUIRE(size.bytes() == BatchSize::kFirstBytes / 2);
  for (int i = 0; i < 9; ++i) size.Learn(size.bytes(), 60000);
  REQUIRE(size.bytes() == BatchSize::kMinBytes);
}

TEST_CASE("SmallAndLateBatchesTeachNothingFalse") {
  BatchSize size(100u << 20);
  size.Learn(1000, 1);  // the last of a push
  REQUIRE(size.bytes() == BatchSize::kFirstBytes);
  for (int i = 0; i < 3; ++i) size.Learn(size.bytes(), 1);
  size.Learn(BatchSize::kFirstBytes, 1);  // begun when batches were small
  REQUIRE(size.bytes() == 8u << 20);
}

TEST_CASE("ANodeThatTakesLittleGetsLittle") { REQUIRE(BatchSize(200000).bytes() == 200000); }
