#include "storage/base/repository_name.h"
#include "tests/support/must.h"

using namespace banyan;
using namespace banyan::storage;

TEST_CASE("RefNamesFollowGitAndNeverReadAsSomethingElse") {
  for (const char* good : {"main", "v1.0", "feature/x-1", "a@b", "版本", "x.locked", "@x", "head",
                           "0123456789abcdef0123456789abcdef0123456", "refs"}) {
    INFO(good);
    MUST(ValidateRefName(good));
  }
  for (const char* bad : {"",
                          "@",
                          "a..b",
                          "a b",
                          "a~b",
                          "a^b",
                          "a:b",
                          "a?b",
                          "a*b",
                          "a[b",
                          "a\\b",
                          "a@{b",
                          "/a",
                          "a/",
                          "a//b",
                          ".a",
                          "a/.b",
                          "a.",
                          "a.lock",
                          "a.lock/b",
                          "-a",
                          "HEAD",
                          "refs/heads/main",
                          "a\x7f",
                          "a\x01",
                          "a\xC2\x85",
                          "\xFF",
                          "0123456789abcdef0123456789abcdef01234567",
                          "0123456789ABCDEF0123456789ABCDEF01234567"}) {
    INFO(bad);
    MUST_FAIL(ValidateRefName(bad), Errc::Invalid);
  }
  MUST(ValidateRefName(std::string(255, 'x')));
  MUST_FAIL(ValidateRefName(std::string(256, 'x')), Errc::Invalid);
}

TEST_CASE("Attack9PathsThatEscapeOrSurpriseAreRefused") {
  for (const char* good :
       {"README.md", ".gitattributes", "a/b/c", "...", ".gitignore", "模型/权重.bin", "a b", "1:b",
        ".github/x", "git", "x.git", "a/git~2", "ab:c", "..a", "-x"}) {
    INFO(good);
    MUST(ValidatePath(good));
  }
  for (const char* bad : {"",
                          "/",
                          "/a",
                          "a/",
                          "a//b",
                          ".",
                          "..",
                          "a/../b",
                          "./a",
                          "a/.",
                          "a\\b",
                          "C:/x",
                          "c:x",
                          "a\tb",
                          "a\x7f",
                          "a\xC2\x80",
                          "\xFF",
                          "a/\xC0\xAE",
                          ".git",
                          ".GIT/config",
                          "a/.Git/x",
                          ".git./x",
                          ".git /x",
                          ".git::$INDEX_ALLOCATION/x",
                          "git~1/x",
                          "GIT~1",
                          ".g\xE2\x80\x8Cit/config",
                          "\xEF\xBB\xBF.git"}) {
    INFO(bad);
    MUST_FAIL(ValidatePath(bad), Errc::Invalid);
  }
  MUST_FAIL(ValidatePath(std::string_view("a\0b", 3)), Errc::Invalid);
}

TEST_CASE("Attack9PathsHaveLimits") {
  MUST(ValidatePath(std::string(255, 'x')));
  MUST_FAIL(ValidatePath(std::string(256, 'x')), Errc::Invalid);
  std::string deep = "x";
  for (int i = 1; i < 64; ++i) deep += "/x";
  MUST(ValidatePath(deep));
  MUST_FAIL(ValidatePath(deep + "/x"), Errc::Invalid);
  const std::string part(200, 'y');
  const std::string long_path = part + "/" + part + "/" + part + "/" + part + "/" + part + "/";
  MUST(ValidatePath(long_path + std::string(1024 - long_path.size(), 'z')));
  MUST_FAIL(ValidatePath(long_path + std::string(1025 - long_path.size(), 'z')), Errc::Invalid);
}
