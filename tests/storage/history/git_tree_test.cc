#include "storage/history/git_tree.h"

#include <algorithm>
#include <cstdio>

#include "tests/support/git_program.h"
#include "tests/support/must.h"
#include "tests/support/temp_directory.h"

using namespace banyan;
using namespace banyan::storage;

namespace {

GitOid Oid(char digit) { return MUST(GitOid::Parse(std::string(40, digit))); }

}  // namespace

TEST_CASE("TreesSortAndHashAsInGit") {
  TempDirectory directory;
  test::Git(directory.path(), {"init", "-q", "."});
  std::vector<TreeEntry> entries = {
      {kModeFile, "a.b", Oid('1')},     {kModeFolder, "a", Oid('2')},  {kModeFile, "a-b", Oid('3')},
      {kModeExecutable, "z", Oid('4')}, {kModeSymlink, "ü", Oid('5')}, {kModeFile, "a0", Oid('6')},
      {kModeSubmodule, "m", Oid('7')}};
  std::sort(entries.begin(), entries.end(), TreeOrder);
  const Bytes data = EncodeTree(entries);
  REQUIRE(MUST(ParseTree(data)) == entries);
  std::string input;
  for (const auto& entry : entries) {
    const char* type = entry.IsFolder() ? "tree" : entry.mode == kModeSubmodule ? "commit" : "blob";
    char mode[8];
    std::snprintf(mode, sizeof mode, "%06o", entry.mode);
    input += std::string(mode) + " " + type + " " + entry.oid.ToString() + "\t" + entry.name + "\n";
  }
  const auto oid = test::Git(directory.path(), {"mktree", "--missing"}, input);
  const auto ours = test::Git(directory.path(), {"hash-object", "-t", "tree", "--stdin"},
                              std::string(AsText(data)));
  REQUIRE(ours == oid);
}

TEST_CASE("MalformedTreesAreCorrupt") {
  const std::string id(20, 'x');
  const auto entry = [&](const std::string& mode, const std::string& name) {
    return mode + " " + name + std::string(1, '\0') + id;
  };
  for (const auto& bad :
       {entry("100644", "a").substr(0, 20), entry("100645", "a"), entry("10064x", "a"),
        entry("100644", ""), entry("100644", "."), entry("40000", ".."), entry("100644", "a/b"),
        entry("100644", "b") + entry("100644", "a"), entry("100644", "a") + entry("100644", "a"),
        entry("100644", "a") + entry("100644", "a.b") + entry("40000", "a"), std::string("100644"),
        std::string("100644 a"), entry("", "a")}) {
    INFO(ToHex(AsBytes(bad)));
    MUST_FAIL(ParseTree(AsBytes(bad)), Errc::Corrupt);
  }
  REQUIRE(MUST(ParseTree({})).empty());
  REQUIRE(MUST(ParseTree(AsBytes(entry("040000", "old"))))[0].IsFolder());
}

TEST_CASE("PiecesOfTreesSurviveChangesElsewhere") {
  std::vector<TreeEntry> entries;
  for (int i = 10000; i < 30000; ++i) {
    entries.push_back({kModeFile, "part-" + std::to_string(i), Oid('a')});
  }
  const Bytes before = EncodeTree(entries);
  entries[777].oid = Oid('b');
  entries.erase(entries.begin() + 5000);
  const Bytes after = EncodeTree(entries);
  const auto old_pieces = CutTree(before);
  std::size_t fresh_bytes = 0;
  Bytes joined;
  for (const auto piece : CutTree(after)) {
    joined.insert(joined.end(), piece.begin(), piece.end());
    const bool known = std::any_of(old_pieces.begin(), old_pieces.end(),
                                   [&](ByteView old) { return AsText(old) == AsText(piece); });
    if (!known) fresh_bytes += piece.size();
  }
  REQUIRE(joined == after);
  REQUIRE(old_pieces.size() > 150);
  REQUIRE(fresh_bytes < before.size() / 20);
  REQUIRE(CutTree(AsBytes("garbage")).size() == 1);
  REQUIRE(CutTree({}).empty());
}
