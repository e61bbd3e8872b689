#include "storage/history/path_pattern.h"

#include <chrono>

#include "tests/support/catch.h"

using banyan::storage::PathPattern;

TEST_CASE("PatternsMatchAsGitDocumentsThem") {
  struct Row {
    const char* pattern;
    const char* path;
    bool matches;
  };
  const Row rows[] = {
      {"a.bin", "a.bin", true},
      {"a.bin", "b/a.bin", false},
      {"*.bin", "a.bin", true},
      {"*.bin", ".bin", true},
      {"*.bin", "a/b.bin", false},
      {"?", "a", true},
      {"?", "/", false},
      {"?", "", false},
      {"**/a", "a", true},
      {"**/a", "x/y/a", true},
      {"**/a", "xa", false},
      {"a/**", "a/b/c", true},
      {"a/**", "a", false},
      {"a/**", "a/", false},
      {"a/**/b", "a/b", true},
      {"a/**/b", "a/x/y/b", true},
      {"a/**/b", "a/xb", false},
      {"a**b", "a/b", false},
      {"a**b", "axb", true},
      {"[a-c]x", "bx", true},
      {"[!a-c]x", "bx", false},
      {"[^a-c]x", "dx", true},
      {"[!a]", "/", false},
      {"[]a]", "]", true},
      {"[a-]", "-", true},
      {"[[:digit:]]x", "7x", true},
      {"[[:digit:]]x", "ax", false},
      {"[[:nonsense:]]", "a", false},
      {"[a", "[a", false},
      {"\\*", "*", true},
      {"\\*", "x", false},
      {"x\\", "x\\", false},
      {"", "", true},
      {"", "a", false},
      {"saved_model/**/*", "saved_model/x/y", true},
      {"saved_model/**/*", "saved_model/x", true},
      {"saved_model/**/*", "x/saved_model/y", false},
      {"*.tar.*", "a.tar.gz", true},
      {"*tfevents*", "events.out.tfevents.123", true},
      {"[\\]]", "]", true},
      {"[a\\-z]", "-", true},
  };
  for (const auto& row : rows) {
    INFO(row.pattern << " on " << row.path);
    REQUIRE(PathPattern(row.pattern).Matches(row.path) == row.matches);
  }
  REQUIRE(PathPattern("a\\*b").literal() == "a*b");
  REQUIRE(PathPattern("a*b").literal().empty());
}

TEST_CASE("HostilePatternsTakeBoundedTime") {
  std::string pattern;
  for (int i = 0; i < 500; ++i) pattern += "*a";
  const std::string path(1000, 'a');
  const auto start = std::chrono::steady_clock::now();
  REQUIRE_FALSE(PathPattern(pattern + "b").Matches(path));
  REQUIRE_FALSE(PathPattern(std::string(5000, '*')).Matches("a"));  // over the length limit
  REQUIRE(std::chrono::steady_clock::now() - start < std::chrono::seconds(2));
}

TEST_CASE("PatternsTakeFewBytesAndCountTheirSteps") {
  const std::string text(2000, 'a');
  CHECK(PathPattern(text).memory_bytes() < 3'000);
  CHECK(PathPattern(text + "*").memory_bytes() < 10'000);
  std::uint64_t steps = 0;
  CHECK_FALSE(PathPattern("b*").Matches(text, steps));
  CHECK(steps < 10);
  CHECK(PathPattern("*a*a*a").Matches(text, steps));
  CHECK(steps > text.size());
}
