// Calls that go around a seam or that the house rules forbid, each with what to use instead.
#include <set>

#include "tests/tidy/source_tree.h"

using namespace banyan::tidy;

namespace {

struct Rule {
  std::string token;
  const char* instead;
  std::set<std::string> houses;   // where it is banned
  std::set<std::string> allowed;  // files that may, each for the reason given beside it
};

const std::set<std::string> kProduction = {"storage", "federation", "node", "cli"};
const std::set<std::string> kEverywhere = {"storage", "federation", "node", "cli", "tests"};
const std::set<std::string> kServer = {"storage", "federation", "node"};
const std::set<std::string> kBelowNode = {"storage", "federation"};
// The seams themselves.
const std::set<std::string> kClock = {"storage/base/clock.cc"};
const std::set<std::string> kDisk = {"storage/base/disk_file_system.cc"};
const std::set<std::string> kOpen = {"storage/base/disk_file_system.cc",
                                     "storage/base/direct_writer.cc"};
// A QueueWorker and ForEachInParallel join their threads; a SliceSender asks how many processors
// there are.
const std::set<std::string> kPools = {"storage/base/queue_worker.h",
                                      "storage/content/slice_sender.cc",
                                      "federation/transfer/parallel.cc"};

const std::vector<Rule> kRules = {
    {"rand(", "Random", kEverywhere, {}},
    {"srand(", "Random", kEverywhere, {}},
    {"std::random_device", "Random", kEverywhere, {}},
    {"std::uniform_int_distribution", "Random: this differs between libraries", kEverywhere, {}},
    {"system_clock::now", "Clock", kProduction, kClock},
    {"steady_clock::now", "Clock", kProduction, kClock},
    {"std::time(", "Clock", kProduction, {}},
    {"time(nullptr)", "Clock", kProduction, {}},
    {"gettimeofday(", "Clock", kProduction, {}},
    {"clock_gettime(", "Clock", kProduction, {}},
    {"sleep_for", "Clock::SleepMs", kProduction, kClock},
    {"sleep_until", "Clock::SleepMs", kProduction, {}},
    {"usleep(", "Clock::SleepMs", kProduction, {}},
    {"nanosleep(", "Clock::SleepMs", kProduction, {}},
    {"::open(", "FileSystem", kServer, kOpen},
    {"fopen(", "FileSystem", kServer, {}},
    {"std::ifstream", "FileSystem", kServer, {}},
    {"std::ofstream", "FileSystem", kServer, {}},
    {"std::fstream", "FileSystem", kServer, {}},
    {"mmap(", "File::Map", kServer, kDisk},
    {"std::thread", "the threads of node and cli", kBelowNode, kPools},
    {"std::jthread", "the threads of node and cli", kBelowNode, {}},
    {"std::async", "a thread that somebody joins", kProduction, {}},
    {".detach()", "a thread that somebody joins", kProduction, {}},
    {"std::mutex", "Mutex, which Clang checks", kProduction, {"storage/base/mutex.h"}},
    {"std::lock_guard", "MutexLock", kProduction, {}},
    // check.cc: the last words of a process that may have no logger.
    {"printf(", "log or a return value", kServer, {}},
    {"fprintf(", "log", kServer, {"storage/base/check.cc"}},
    {"puts(", "log", kServer, {}},
    {"std::cout", "log or a return value", kServer, {}},
    {"std::cerr", "log", kServer, {}},
    {"std::regex", "a parser: it overflows the stack on long input", kEverywhere, {}},
    {"catch (...)", "the exception that the library documents", kProduction, {}},
    // yaml_tree.cc: the only way to stop yaml-cpp's parser, caught in the same file.
    {"throw", "Result", kProduction, {"storage/metadata/yaml_tree.cc"}},
    {"using namespace", "a qualified name", kProduction, {}},
    {"sprintf(", "fmt::format", kEverywhere, {}},
    {"strcpy(", "std::string", kEverywhere, {}},
    {"strcat(", "std::string", kEverywhere, {}},
    {"strtok(", "std::string_view::find", kEverywhere, {}},
    {"atoi(", "std::from_chars", kProduction, {}},
    {"setlocale(", "nothing: output must not depend on the place", kEverywhere, {}},
    {"popen(", "posix_spawn without a shell", kProduction, {}},
    {"std::system(", "posix_spawn without a shell", kProduction, {}},
};

Findings CheckCalls(const SourceFile& file) {
  Findings findings;
  if (!IsCpp(file)) return findings;
  for (const auto& rule : kRules) {
    if (!rule.houses.contains(HouseOf(file.path)) || rule.allowed.contains(file.path)) continue;
    auto at = file.code.find(rule.token);
    for (; at != std::string::npos; at = file.code.find(rule.token, at + 1)) {
      if (!IsWholeToken(file.code, at, rule.token)) continue;
      findings.push_back(At(file, at) + rule.token + " is banned: use " + rule.instead);
    }
  }
  return findings;
}

}  // namespace

TEST_CASE("NoFileMakesABannedCall") { RequireNoneInTree(CheckCalls); }

TEST_CASE("EveryExceptionNamesAFileThatNeedsIt") {
  for (const auto& rule : kRules) {
    for (const auto& path : rule.allowed) {
      INFO(path << " and " << rule.token);
      const auto file = std::find_if(Tree().begin(), Tree().end(),
                                     [&](const auto& other) { return other.path == path; });
      REQUIRE(file != Tree().end());
      REQUIRE(file->code.find(rule.token) != std::string::npos);
    }
  }
}

TEST_CASE("HeadersUseNoNamespaceWhole") {
  RequireNoneInTree([](const SourceFile& file) {
    Findings findings;
    const auto at = file.code.find("using namespace");
    if (IsHeader(file) && at != std::string::npos) findings.push_back(At(file, at) + "in a header");
    return findings;
  });
}

TEST_CASE("CallCheckFindsEachKind") {
  const auto count = [](const char* path, const char* text) {
    return CheckCalls(MakeFile(path, text)).size();
  };
  REQUIRE(CheckCalls(MakeFile("node/x.cc", "\nint a = rand();")) ==
          Findings{"node/x.cc:2: rand( is banned: use Random"});
  REQUIRE(count("node/x.cc", "int a = brand(); // rand()\nauto s = \"rand()\";") == 0);
  REQUIRE(count("node/x.cc", "std::chrono::system_clock::now();") == 1);
  REQUIRE(count("storage/base/clock.cc", "std::chrono::system_clock::now();") == 0);
  REQUIRE(count("node/x.cc", "try { f(); } catch (...) {}") == 1);
  REQUIRE(count("node/x.cc", "std::snprintf(b, 1, f); std::printf(f);") == 1);
  REQUIRE(count("cli/x.cc", "std::printf(f);") == 0);
  REQUIRE(count("storage/x.cc", "std::jthread t;") == 1);
  REQUIRE(count("node/x.cc", "std::jthread t;") == 0);
  REQUIRE(count("tests/x.cc", "using namespace banyan; std::regex r;") == 1);
}
