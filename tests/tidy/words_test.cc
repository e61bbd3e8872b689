// Words that must not stand in the tree, and what the top level may hold. The words are put
// together here from parts, so that this file does not hold them either.
#include <set>

#include "tests/support/source_directory.h"
#include "tests/tidy/source_tree.h"

using namespace banyan::tidy;

namespace {

struct Word {
  std::string text;
  const char* why;
};

const std::vector<Word> kWords = {
    {std::string("TO") + "DO", "finish it, or leave it out"},
    {std::string("FIX") + "ME", "finish it, or leave it out"},
    {std::string("/wo") + "rk/", "a path of one machine"},
    {std::string("/home") + "/", "a path of one machine"},
    {std::string("pypi") + ".org", "package registry"},
    {std::string("pythonhosted") + ".org", "package registry"},
    {std::string("npmjs") + ".org", "package registry"},
    {std::string("npmjs") + ".com", "package registry"},
    {std::string("yarnpkg") + ".com", "package registry"},
    {std::string("crates") + ".io", "package registry"},
    {std::string("proxy.golang") + ".org", "package registry"},
    {std::string("rubygems") + ".org", "package registry"},
    {std::string("anaconda") + ".org", "package registry"},
    {std::string("deb.debian") + ".org", "package registry"},
    {std::string("ftp.debian") + ".org", "package registry"},
    {std::string("security.debian") + ".org", "package registry"},
    {std::string("snapshot.debian") + ".org", "package registry"},
};

Findings CheckWords(const SourceFile& file) {
  Findings findings;
  for (const auto& word : kWords) {
    auto at = file.text.find(word.text);
    for (; at != std::string::npos; at = file.text.find(word.text, at + 1)) {
      // Not as the end of a longer word or path.
      if (at > 0 && (IsIdentifier(file.text[at - 1]))) continue;
      if (word.text[0] == '/' && at > 0 && file.text[at - 1] == '.') continue;
      findings.push_back(At(file, at) + word.text + " must not appear: " + word.why);
    }
  }
  return findings;
}

}  // namespace

TEST_CASE("NoForbiddenWordAppears") { RequireNoneInTree(CheckWords); }

TEST_CASE("TopLevelHoldsOnlyTheRooms") {
  const std::set<std::string> allowed = {
      "CMakeLists.txt", "node", "federation", "storage", "cli", "tests", "README.md", "LICENSE"};
  for (const auto& entry :
       std::filesystem::directory_iterator(banyan::testing::SourceDirectory())) {
    const std::string name = entry.path().filename().string();
    INFO(name);
    REQUIRE((name.starts_with(".") || name.starts_with("build") || allowed.contains(name)));
  }
}

TEST_CASE("WordCheckFindsThemAnywhere") {
  for (const auto& word : kWords) {
    REQUIRE(CheckWords(MakeFile("node/API.md", "see " + word.text + " there")).size() == 1);
  }
  REQUIRE(CheckWords(MakeFile("a.md", "net" + kWords[2].text + "x, ." + kWords[2].text)).empty());
}

TEST_CASE("EveryDisabledClangTidyCheckStatesItsReason") {
  const auto file = std::find_if(Tree().begin(), Tree().end(),
                                 [](const auto& other) { return other.path == ".clang-tidy"; });
  REQUIRE(file != Tree().end());
  std::size_t disabled = 0;
  const std::string start = "\n  -";
  for (auto at = file->text.find(start); at != std::string::npos;
       at = file->text.find(start, at + 1)) {
    const auto begin = at + start.size();
    const auto check = file->text.substr(begin, file->text.find_first_of(",\n", begin) - begin);
    if (check == "*") continue;
    INFO(check);
    REQUIRE(file->text.find("\n# " + check + ": ") != std::string::npos);
    ++disabled;
  }
  REQUIRE(disabled > 0);
}
