#include "storage/history/git_attributes.h"

#include <filesystem>
#include <fstream>

#include "tests/support/git_program.h"
#include "tests/support/must.h"
#include "tests/support/temp_directory.h"

using namespace banyan;
using namespace banyan::storage;

namespace {

// What `git check-attr filter` says of each path, given these .gitattributes by folder.
std::vector<bool> AskGit(const std::map<std::string, std::string>& files,
                         const std::vector<std::string>& paths) {
  TempDirectory directory;
  test::Git(directory.path(), {"init", "-q", "."});
  for (const auto& [folder, text] : files) {
    const std::string at = directory.path() + "/" + folder;
    std::filesystem::create_directories(at);
    std::ofstream(at + "/.gitattributes", std::ios::binary) << text;
  }
  std::string input;
  for (const auto& path : paths) input += path + std::string(1, '\0');
  const auto output = test::Git(directory.path(), {"check-attr", "-z", "--stdin", "filter"}, input);
  std::vector<bool> tracked;
  std::size_t at = 0;
  for (std::size_t i = 0; i < paths.size(); ++i) {
    std::string fields[3];
    for (auto& field : fields) {
      const auto end = output.find('\0', at);
      field = output.substr(at, end - at);
      at = end + 1;
    }
    REQUIRE(fields[0] == paths[i]);
    tracked.push_back(fields[2] == "lfs");
  }
  return tracked;
}

void CompareWithGit(const std::map<std::string, std::string>& files,
                    const std::vector<std::string>& paths) {
  const auto expected = AskGit(files, paths);
  AttributeTree attributes;
  for (const auto& [folder, text] : files) MUST(attributes.Set(folder, text));
  for (std::size_t i = 0; i < paths.size(); ++i) {
    INFO(paths[i]);
    CHECK((MUST(attributes.Filter(paths[i])) == LfsFilter::Tracked) == expected[i]);
  }
}

const std::vector<std::string> kPaths = {"a.bin",           "b.txt",
                                         "sub/a.bin",       "sub/deep/a.bin",
                                         "saved_model/x",   "saved_model/v/w/x",
                                         "x/saved_model/y", "data/a.csv",
                                         "data/in/b.csv",   "weird name.bin",
                                         "name#1",          "#start",
                                         "!bang",           "br[1].dat",
                                         "st*r.dat",        "star.dat",
                                         "\"quoted\".dat",  "tab.tar.gz",
                                         "MODEL.BIN",       "sub/b.txt",
                                         "sub/keep.bin",    "tést.bin",
                                         "a/b/c/d/e.json",  "e.json",
                                         ".hidden.bin",     "sub/.gitattributes",
                                         "with\\back",      "events.tfevents.1"};

}  // namespace

TEST_CASE("AttributesAgreeWithGit") {
  CompareWithGit({{"",
                   "*.bin filter=lfs diff=lfs merge=lfs -text\n"
                   "saved_model/**/* filter=lfs\n"
                   "/data/*.csv filter=lfs\n"
                   "sub/keep.bin -filter\n"
                   "*tfevents* filter=lfs -text\n"
                   "*.tar.* filter=lfs\r\n"}},
                 kPaths);
  CompareWithGit({{"",
                   "# comment filter=lfs\n"
                   "   *.bin   filter=lfs\n"
                   "*.bin !filter\n"
                   "a.bin filter=lfs\n"
                   "**/deep/* filter=other\n"
                   "[!a-d]*.bin filter=lfs\n"
                   "\\#start filter=lfs\n"
                   "name#1 filter=lfs\n"
                   "!bang filter=lfs\n"
                   "data/** filter=lfs\n"
                   "*.txt filter\n"
                   "b.txt text filter=lfs -filter\n"}},
                 kPaths);
  CompareWithGit({{"",
                   "[attr]big filter=lfs -text\n"
                   "[attr]small -filter\n"
                   "*.bin big\n"
                   "\"weird name.bin\" small\n"
                   "\"\\\"quoted\\\".dat\" filter=lfs\n"
                   "*.dat big\nstar.dat small\n"
                   "a/**/e.json filter=lfs\n"},
                  {"sub", "*.bin -filter\ndeep/* filter=lfs\n"},
                  {"sub/deep", "nothing.bin filter=lfs\n"}},
                 kPaths);
  CompareWithGit({{"", ""}}, kPaths);
  CompareWithGit({{"", "*.bin filter=lfs\n*.bin text\n"}, {"sub", "a.bin text\n"}}, kPaths);
}

TEST_CASE("TrackingLineTracksExactlyItsPath") {
  for (const auto& path : kPaths) {
    if (path.find('/') == std::string::npos) continue;  // a bare name also matches in folders
    CompareWithGit({{"", TrackingLine(path)}}, kPaths);
  }
  for (const auto& path : kPaths) {
    INFO(path);
    REQUIRE(GitAttributes(TrackingLine(path)).Filter(path) == LfsFilter::Tracked);
    REQUIRE(AskGit({{"", TrackingLine(path)}}, {path})[0]);
  }
  REQUIRE(TrackingLine("a b/c[1].bin") ==
          "a[[:space:]]b/c\\[1\\].bin filter=lfs diff=lfs merge=lfs -text\n");
}

TEST_CASE("ManyExactLinesStayQuick") {
  std::string text;
  for (int i = 0; i < 20000; ++i) text += TrackingLine("data/part-" + std::to_string(i));
  const GitAttributes attributes(text);
  int tracked = 0;
  for (int i = 0; i < 40000; ++i) {
    tracked += attributes.Filter("data/part-" + std::to_string(i)) == LfsFilter::Tracked;
  }
  REQUIRE(tracked == 20000);
}

namespace {

std::string Repeated(const std::string& line, std::size_t bytes) {
  std::string text;
  while (text.size() + line.size() <= bytes) text += line;
  return text;
}

std::string Stars() {
  std::string pattern;
  for (int i = 0; i < 900; ++i) pattern += "*a";
  return pattern + "b";
}

}  // namespace

TEST_CASE("AttributesTakeLittleMemoryWhateverTheirText") {
  const std::string first = "*.bin filter=lfs\n";
  for (const std::string line :
       {"* filter\n", "a filter\n", "[a][b][c][d][e][f][g] filter\n", "[attr]a filter\n",
        "*aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa -filter\n"}) {
    INFO(line);
    const GitAttributes attributes(first + Repeated(line, 5u << 20));
    CHECK(attributes.memory_bytes() <= GitAttributes::kMaxMemoryBytes + 1000);
    const bool is_about_all = line[0] == '*' && line[1] == ' ';
    CHECK(attributes.Filter("x.bin") == (is_about_all ? LfsFilter::Plain : LfsFilter::Tracked));
  }
  const GitAttributes few(first);
  CHECK(few.memory_bytes() < 400);
  // What comes after is not looked at.
  const std::string late = "late filter=lfs\n";
  CHECK(GitAttributes(Repeated("* text\n", 1u << 20) + late).Filter("late") == LfsFilter::Tracked);
  CHECK(GitAttributes(Repeated("# text\n", 4u << 20) + late).Filter("late") == LfsFilter::None);
}

TEST_CASE("TheAttributesOfOneCallHaveLimits") {
  const std::string large = Repeated("# nothing is said here\n", 4u << 20);
  AttributeTree texts;
  MUST(texts.Set("", large));
  MUST(texts.Set("a", large));
  MUST_FAIL(texts.Set("b", large), Errc::TooLarge);
  const std::string many = Repeated("*a filter\n", 2u << 20);
  AttributeTree rules;
  MUST(rules.Set("", many));
  MUST(rules.Set("a", many));
  MUST_FAIL(rules.Set("b", many), Errc::TooLarge);
  AttributeTree silent;
  for (int i = 0; i < 100'000; ++i) MUST(silent.Set("data/sample-" + std::to_string(i), ""));
  CHECK(silent.memory_bytes() < 16u << 20);
}

TEST_CASE("ComparingWithHostileAttributesGivesUpInTime") {
  AttributeTree attributes;
  MUST(attributes.Set("", Repeated(Stars() + " filter=lfs\n", 1u << 20)));
  const std::string path(1000, 'a');
  Status judged = Ok();
  for (int i = 0; i < 10'000 && judged; ++i) {
    const auto filter = attributes.Filter(path);
    if (!filter) judged = filter.error();
  }
  MUST_FAIL(judged, Errc::TooLarge);
}
