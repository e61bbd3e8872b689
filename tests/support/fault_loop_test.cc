#include "tests/support/fault_loop.h"

using namespace banyan;

namespace {

std::string TextOf(MemoryFileSystem& fs) {
  return std::string(AsText(MUST(ReadFile(fs, "f", 100))));
}

}  // namespace

TEST_CASE("WriteFileDurablySurvivesEveryFaultAndCrash") {
  bool acknowledged = false;
  int runs = 0;
  const Workload workload = {.setup =
                                 [&](MemoryFileSystem& fs) {
                                   MUST(WriteFileDurably(fs, "f", AsBytes("old")));
                                   acknowledged = false;
                                   ++runs;
                                 },
                             .operation = [&](MemoryFileSystem& fs) -> Status {
                               TRY(WriteFileDurably(fs, "f", AsBytes("new")));
                               acknowledged = true;
                               return Ok();
                             },
                             .verify =
                                 [&](MemoryFileSystem& fs) {
                                   const std::string text = TextOf(fs);
                                   REQUIRE((text == "new" || (text == "old" && !acknowledged)));
                                 }};
  ForEveryFault(workload);
  // Open, Truncate, WriteAt, Sync, Rename, SyncDirectory: six, and one run that strikes none.
  if (!kThreadSanitized) REQUIRE(runs == 2 * (7 + 7 + 2));
  runs = 0;
  ForEveryCrash(workload, 3);
  if (!kThreadSanitized) REQUIRE(runs == 3 * 7);
}

TEST_CASE("CrashLoopFindsAMissingSync") {
  int lost = 0;
  ForEveryCrash({.setup = [](MemoryFileSystem& fs) { MUST(WriteFileDurably(fs, "f", {})); },
                 .operation = [](MemoryFileSystem& fs) -> Status {
                   auto file = TRY(fs.Open("g", OpenMode::Create));
                   TRY(file->WriteAt(0, AsBytes("new")));
                   TRY(fs.Rename("g", "f"));
                   return fs.SyncDirectory(".");
                 },
                 .verify = [&](MemoryFileSystem& fs) { lost += TextOf(fs) != "new" ? 1 : 0; }});
  REQUIRE(
      lost >
      (kThreadSanitized ? 0 : 4 * 5));  // more often than the crashes before the last step explain
}
