#include "cli/transfer/push_state.h"

#include "tests/support/memory_file_system.h"
#include "tests/support/must.h"

using namespace banyan;
using namespace banyan::cli;

namespace {

constexpr const char* kPath = "push/state";

KeptSession Kept(const std::string& node, const std::string& session) {
  return {node, {session, 1000}, {{"digest of " + session, 7}}};
}

std::string Found(MemoryFileSystem& fs, const std::string& node) {
  const auto kept = PushState::Load(fs, kPath).Find(node);
  return kept ? kept->session.name : "none";
}

}  // namespace

TEST_CASE("ASessionIsFoundAtItsNodeAndAtOneThatIsNew") {
  MemoryFileSystem fs;
  CHECK(Found(fs, "http://a") == "none");
  auto state = PushState::Load(fs, kPath);
  MUST(state.Put(Kept("http://a", "one")));
  MUST(state.Put(Kept("http://b", "two")));
  CHECK(Found(fs, "http://a") == "one");
  CHECK(Found(fs, "http://b") == "two");
  CHECK(Found(fs, "http://moved") == "two");
  const auto kept = PushState::Load(fs, kPath).Find("http://a");
  CHECK(kept->session.batch_bytes == 1000);
  CHECK(kept->offers == std::map<std::string, std::uint32_t>{{"digest of one", 7}});
  MUST(state.Put(Kept("http://moved", "two")));
  MUST(state.Put(Kept("http://a", "three")));
  CHECK(Found(fs, "http://a") == "three");
  CHECK(Found(fs, "http://b") == "three");  // the last, for "two" is elsewhere now
  CHECK(Found(fs, "http://moved") == "two");
}

TEST_CASE("WhatHasEndedIsForgotten") {
  MemoryFileSystem fs;
  auto state = PushState::Load(fs, kPath);
  MUST(state.Put(Kept("http://a", "one")));
  MUST(state.Put(Kept("http://b", "two")));
  MUST(state.Remove("two"));
  CHECK(Found(fs, "http://b") == "one");
  MUST(state.Remove("one"));
  MUST_FAIL(fs.Stat(kPath), Errc::NotFound);
  MUST(state.Remove("one"));
}

TEST_CASE("TheSessionsOfAFewNodesAreKept") {
  MemoryFileSystem fs;
  auto state = PushState::Load(fs, kPath);
  for (int i = 0; i < 9; ++i) {
    MUST(state.Put(Kept("http://" + std::to_string(i), std::to_string(i))));
  }
  CHECK(Found(fs, "http://1") == "1");
  CHECK(Found(fs, "http://0") == "8");  // gone: the last one instead
}

TEST_CASE("ADamagedStateIsEmpty") {
  MemoryFileSystem fs;
  MUST(fs.CreateDirectories("push"));
  for (const char* text : {"", "[]", R"({"sessions": 1})", R"({"sessions": [{"node": "x"}, 7]})",
                           R"({"sessions": [{"session": "x", "batch_bytes": -1}]})"}) {
    INFO(text);
    MUST(WriteFileDurably(fs, kPath, AsBytes(text)));
    CHECK(Found(fs, "x") == "none");
  }
}

TEST_CASE("WithoutAPathNothingIsKept") {
  MemoryFileSystem fs;
  auto state = PushState::Load(fs, "");
  MUST(state.Put(Kept("http://a", "one")));
  CHECK(state.Find("http://a")->session.name == "one");
  MUST(state.Remove("one"));
  CHECK_FALSE(PushState::Load(fs, "").Find("http://a").has_value());
}
