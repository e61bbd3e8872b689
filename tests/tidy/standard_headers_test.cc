// A file that uses these names includes their header, itself or through a project header. Each
// compiler's library brings other headers along unasked, so what builds here may not build there.
#include <map>
#include <set>

#include "tests/tidy/source_tree.h"

using namespace banyan::tidy;

namespace {

struct Name {
  std::string token;
  const char* header;
};

const std::vector<Name> kNames = {
    {"std::int8_t", "cstdint"},
    {"std::int16_t", "cstdint"},
    {"std::int32_t", "cstdint"},
    {"std::int64_t", "cstdint"},
    {"std::uint8_t", "cstdint"},
    {"std::uint16_t", "cstdint"},
    {"std::uint32_t", "cstdint"},
    {"std::uint64_t", "cstdint"},
    {"std::sort(", "algorithm"},
    {"std::find(", "algorithm"},
    {"std::find_if(", "algorithm"},
    {"std::any_of(", "algorithm"},
    {"std::all_of(", "algorithm"},
    {"std::none_of(", "algorithm"},
    {"std::count_if(", "algorithm"},
    {"std::copy_n(", "algorithm"},
    {"std::lower_bound(", "algorithm"},
    {"std::upper_bound(", "algorithm"},
    {"std::reverse(", "algorithm"},
    {"std::clamp(", "algorithm"},
    {"std::accumulate(", "numeric"},
    {"std::array<", "array"},
    {"std::atomic<", "atomic"},
    {"std::function<", "functional"},
    {"std::deque<", "deque"},
    {"std::map<", "map"},
    {"std::set<", "set"},
    {"std::unordered_map<", "unordered_map"},
    {"std::optional<", "optional"},
    {"std::variant<", "variant"},
    {"std::unique_ptr<", "memory"},
    {"std::shared_ptr<", "memory"},
    {"std::mt19937", "random"},
    {"std::chrono::", "chrono"},
    {"std::snprintf(", "cstdio"},
    {"std::memcpy(", "cstring"},
    {"std::strerror(", "cstring"},
    {"std::thread", "thread"},
    {"std::jthread", "thread"},
    {"std::numeric_limits<", "limits"},
    {"std::from_chars(", "charconv"},
    {"std::to_chars(", "charconv"},
};

using Files = std::map<std::string, const SourceFile*>;

// All headers that `path` brings in through project headers.
void Collect(const Files& files, const std::string& path, std::set<std::string>& headers) {
  const auto file = files.find(path);
  if (file == files.end() || !headers.insert(path).second) return;
  for (const auto& include : IncludesOf(*file->second)) {
    if (include.quoted) {
      Collect(files, include.name, headers);
    } else {
      headers.insert(include.name);
    }
  }
}

Findings CheckNames(const Files& files, const SourceFile& file) {
  Findings findings;
  if (!IsCpp(file)) return findings;
  std::set<std::string> headers;
  Collect(files, file.path, headers);
  std::set<std::string> reported;
  for (const auto& name : kNames) {
    const auto at = file.code.find(name.token);
    if (at == std::string::npos || headers.contains(name.header)) continue;
    if (!IsWholeToken(file.code, at, name.token) || !reported.insert(name.header).second) continue;
    findings.push_back(At(file, at) + name.token + " needs <" + name.header + ">");
  }
  return findings;
}

Files MakeFiles(const std::vector<SourceFile>& tree) {
  Files files;
  for (const auto& file : tree) files[file.path] = &file;
  return files;
}

}  // namespace

TEST_CASE("StandardNamesBringTheirHeader") {
  const Files files = MakeFiles(Tree());
  RequireNoneInTree([&](const SourceFile& file) { return CheckNames(files, file); });
}

TEST_CASE("HeaderCheckFollowsProjectHeaders") {
  const std::vector<SourceFile> tree = {
      MakeFile("a.h", "#include <cstdint>\n"),
      MakeFile("b.h", "#include \"a.h\"\n"),
      MakeFile("good.cc", "#include \"b.h\"\nstd::int32_t x;\n"),
      MakeFile("bad.cc", "#include <map>\nstd::int32_t x;\nstd::uint8_t y;\nstd::map<int, int> m;"),
  };
  const Files files = MakeFiles(tree);
  REQUIRE(CheckNames(files, tree[2]).empty());
  REQUIRE(CheckNames(files, tree[3]) == Findings{"bad.cc:2: std::int32_t needs <cstdint>"});
}
