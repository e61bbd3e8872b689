#include "storage/history/git_ignore.h"

#include <fstream>

#include "tests/support/git_program.h"
#include "tests/support/must.h"
#include "tests/support/temp_directory.h"

using namespace banyan;
using namespace banyan::storage;

namespace {

void CompareWithGit(const std::string& text) {
  const std::vector<std::string> paths = {
      "a.log",         "b.txt",      "build/x.o",    "src/build/x.o", "src/build",
      "logs/keep.log", "logs/a.log", "x/logs/a.log", ".venv/lib/a",   "#hash",
      "!bang",         "space ",     "doc/frotz",    "a/doc/frotz",   "deep/a/b/c.tmp"};
  TempDirectory directory;
  test::Git(directory.path(), {"init", "-q", "."});
  std::ofstream(directory.path() + "/.gitignore", std::ios::binary) << text;
  std::string input;
  for (const auto& path : paths) input += path + std::string(1, '\0');
  // Exit code 1 means that nothing is ignored.
  const auto output =
      test::RunGit(directory.path(), {"check-ignore", "--no-index", "-z", "--stdin"}, input);
  REQUIRE(output.exit_code <= 1);
  const GitIgnore ignore(text);
  for (const auto& path : paths) {
    INFO("'" << path << "' in " << text);
    const bool expected =
        (std::string(1, '\0') + output.text)
            .find(std::string(1, '\0') + path + std::string(1, '\0')) != std::string::npos;
    CHECK(ignore.Ignores(path) == expected);
  }
}

}  // namespace

TEST_CASE("IgnoreAgreesWithGit") {
  CompareWithGit("*.log\nbuild/\n.venv\n");
  CompareWithGit("*.log\n!keep.log\n");
  CompareWithGit("logs/\n!logs/keep.log\n");
  CompareWithGit("/build\n\\#hash\n\\!bang\n");
  CompareWithGit("doc/frotz\n**/*.tmp\n");
  CompareWithGit("/*\n!/src\n");
  CompareWithGit("deep/**\nspace\\ \nb.txt   \r\n# comment\n\n");
  CompareWithGit("");
}

TEST_CASE("EmptyIgnoreIgnoresNothing") { REQUIRE_FALSE(GitIgnore().Ignores("a")); }

TEST_CASE("IgnoreRulesTakeLittleMemoryAndCountTheirSteps") {
  std::string text = "first\n";
  while (text.size() < 1u << 20) text += "*a\n";
  const GitIgnore ignore(text);
  std::uint64_t steps = 0;
  CHECK(ignore.Ignores("first", steps));
  CHECK(steps > 10'000);
  CHECK(steps < 2'000'000);  // of some forty thousand rules, not of all 350,000
  std::uint64_t spent = kMaxPatternSteps + 1;
  (void)ignore.Ignores("first", spent);
  CHECK(spent == kMaxPatternSteps + 1);
}
