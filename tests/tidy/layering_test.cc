// Which room may include which. Houses: cli -> node -> federation -> storage.
#include <map>
#include <optional>
#include <set>

#include "tests/support/source_directory.h"
#include "tests/tidy/source_tree.h"

using namespace banyan::tidy;

namespace {

// A room may include itself and, through them, all that these may.
const std::map<std::string, std::vector<std::string>> kStandsOn = {
    {"storage/base", {}},
    {"storage/metadata", {"storage/base"}},
    {"storage/content", {"storage/base"}},
    {"storage/xet", {"storage/content"}},
    {"storage/catalog", {"storage/content", "storage/metadata"}},
    {"storage/history", {"storage/catalog"}},
    {"federation/format", {"storage/base"}},
    {"federation", {"storage/history", "federation/format"}},
    {"federation/transfer", {"storage/content"}},
    {"federation/follow", {"federation"}},
    {"federation/own", {"federation/follow", "federation/transfer"}},
    {"federation/mirror", {"federation", "federation/transfer"}},
    {"federation/bundle", {"federation/mirror"}},
    {"node/http", {"storage/catalog", "federation/format"}},
    {"node/client", {"node/http"}},
    {"node/git", {"node/http", "storage/history"}},
    {"node", {"node/client", "node/git", "federation/own", "federation/bundle", "storage/xet"}},
    {"cli/transfer", {"storage/history", "federation/format", "federation/transfer"}},
    {"cli", {"cli/transfer", "node"}},
};

bool MayInclude(const std::string& room, const std::string& other) {
  if (room == other) return true;
  const auto below = kStandsOn.find(room);
  return below != kStandsOn.end() &&
         std::any_of(below->second.begin(), below->second.end(),
                     [&](const auto& next) { return MayInclude(next, other); });
}

// Headers that belong to some rooms only: no sockets and no threads where decisions are made.
struct Foreign {
  const char* prefix;
  std::set<std::string> rooms;
};
const std::vector<Foreign> kForeign = {
    {"httplib.h", {"node/http"}},
    {"curl/", {"node/client"}},
    {"avahi-", {"node"}},
    {"spawn.h", {"node/git"}},
    {"sys/wait.h", {"node/git"}},
    {"sys/socket.h", {"node/http", "node"}},
    {"netinet/", {"node/http", "node"}},
    {"arpa/", {"federation/format", "node/http", "node"}},
    {"sqlite3.h", {"storage/base"}},
    {"git2", {"storage/history"}},
    {"lz4", {"storage/xet"}},
    {"yaml-cpp/", {"storage/metadata"}},
    {"thread",
     {"storage/base", "storage/content", "federation/transfer", "node/http", "node", "cli/transfer",
      "cli"}},
};

Findings CheckLayers(const SourceFile& file) {
  Findings findings;
  const std::string room = RoomOf(file.path);
  if (!IsCpp(file) || room == "tests") return findings;
  for (const auto& include : IncludesOf(file)) {
    if (include.quoted && !MayInclude(room, RoomOf(include.name))) {
      findings.push_back(At(file, include.offset) + room + " must not include " + include.name);
    }
    for (const auto& foreign : kForeign) {
      const std::string prefix = foreign.prefix;
      const bool open = !EndsWith(prefix, ".h") && prefix != "thread";
      const bool matches = open ? include.name.starts_with(prefix) : include.name == prefix;
      if (!include.quoted && matches && !foreign.rooms.contains(room)) {
        findings.push_back(At(file, include.offset) + room + " must not use <" + include.name +
                           ">");
      }
    }
  }
  return findings;
}

using Graph = std::map<std::string, std::vector<std::string>>;

// A cycle through `path` as "a -> b -> a", if there is one not seen before.
std::optional<std::string> FindCycle(const Graph& graph, const std::string& path,
                                     std::vector<std::string>& trail, std::set<std::string>& done) {
  const auto seen = std::find(trail.begin(), trail.end(), path);
  if (seen != trail.end()) {
    std::string cycle;
    for (auto at = seen; at != trail.end(); ++at) cycle += *at + " -> ";
    done.insert(trail.begin(), trail.end());
    return cycle + path;
  }
  const auto includes = graph.find(path);
  if (includes == graph.end() || done.contains(path)) return std::nullopt;
  trail.push_back(path);
  for (const auto& next : includes->second) {
    if (auto cycle = FindCycle(graph, next, trail, done)) return cycle;
  }
  trail.pop_back();
  done.insert(path);
  return std::nullopt;
}

Findings CheckCycles(const std::vector<SourceFile>& files) {
  Graph graph;
  for (const auto& file : files) {
    if (!IsCpp(file)) continue;
    auto& includes = graph[file.path];
    for (const auto& include : IncludesOf(file)) {
      if (include.quoted) includes.push_back(include.name);
    }
  }
  Findings findings;
  std::set<std::string> done;
  for (const auto& [path, includes] : graph) {
    std::vector<std::string> trail;
    if (auto cycle = FindCycle(graph, path, trail, done)) findings.push_back(*cycle);
  }
  return findings;
}

}  // namespace

TEST_CASE("RoomsIncludeOnlyTheRoomsBelow") { RequireNoneInTree(CheckLayers); }

TEST_CASE("IncludesHaveNoCycles") { RequireNone(CheckCycles(Tree())); }

TEST_CASE("IncludesAreWrittenFromTheRoot") {
  RequireNoneInTree([](const SourceFile& file) {
    Findings findings;
    if (!IsCpp(file)) return findings;
    for (const auto& include : IncludesOf(file)) {
      const auto path = std::filesystem::path(banyan::testing::SourceDirectory()) / include.name;
      if (include.quoted && !std::filesystem::exists(path)) {
        findings.push_back(At(file, include.offset) + "no " + include.name + " below the root");
      }
    }
    return findings;
  });
}

TEST_CASE("LayerCheckFindsForbiddenArrows") {
  REQUIRE(CheckLayers(MakeFile("storage/history/x.cc", "#include \"node/node.h\"\n")) ==
          Findings{"storage/history/x.cc:1: storage/history must not include node/node.h"});
  REQUIRE(CheckLayers(MakeFile("storage/base/x.h", "\n#include \"storage/content/chunk.h\"\n")) ==
          Findings{"storage/base/x.h:2: storage/base must not include storage/content/chunk.h"});
  REQUIRE(CheckLayers(MakeFile("node/x.cc", "#include \"tests/support/must.h\"\n")).size() == 1);
  REQUIRE(CheckLayers(MakeFile("federation/x.cc", "#include <curl/curl.h>\n")).size() == 1);
  REQUIRE(CheckLayers(MakeFile("federation/x.cc", "#include <thread>\n")).size() == 1);
  REQUIRE(CheckLayers(
              MakeFile("node/x.cc", "#include \"storage/content/chunk.h\"\n#include <thread>\n"))
              .empty());
  REQUIRE(CheckLayers(MakeFile("tests/x.cc", "#include \"node/http/router.h\"\n")).empty());
}

TEST_CASE("CycleCheckFindsARing") {
  const std::vector<SourceFile> ring = {MakeFile("a.h", "#include \"b.h\"\n"),
                                        MakeFile("b.h", "#include \"c.h\"\n"),
                                        MakeFile("c.h", "#include \"b.h\"\n")};
  REQUIRE(CheckCycles(ring) == Findings{"b.h -> c.h -> b.h"});
}
