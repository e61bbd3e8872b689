#include "storage/history/git_delta.h"

#include "tests/support/catch.h"

using namespace banyan;
using namespace banyan::storage;

namespace {

// As git's patch_delta does.
std::string Apply(std::string_view base, ByteView delta) {
  std::size_t at = 0;
  const auto size = [&] {
    std::size_t value = 0;
    for (unsigned shift = 0;; shift += 7) {
      value |= static_cast<std::size_t>(delta[at] & 0x7f) << shift;
      if ((delta[at++] & 0x80) == 0) return value;
    }
  };
  REQUIRE(size() == base.size());
  const auto wanted = size();
  std::string out;
  while (at < delta.size()) {
    const auto command = delta[at++];
    if ((command & 0x80) == 0) {
      REQUIRE(command != 0);
      out += AsText(delta.subspan(at, command));
      at += command;
      continue;
    }
    std::size_t offset = 0;
    std::size_t count = 0;
    for (unsigned i = 0; i < 4; ++i) {
      if (command & (1u << i)) offset |= static_cast<std::size_t>(delta[at++]) << (8 * i);
    }
    for (unsigned i = 0; i < 3; ++i) {
      if (command & (0x10u << i)) count |= static_cast<std::size_t>(delta[at++]) << (8 * i);
    }
    if (count == 0) count = 0x10000;
    REQUIRE(offset + count <= base.size());
    out += base.substr(offset, count);
  }
  REQUIRE(out.size() == wanted);
  return out;
}

std::string Lines(int from, int to) {
  std::string text;
  for (int i = from; i < to; ++i) text += "line " + std::to_string(i) + "\n";
  return text;
}

std::optional<Bytes> Delta(const std::string& before, const std::string& after) {
  return MakeGitDelta(LinePieces(AsBytes(before)), LinePieces(AsBytes(after)));
}

}  // namespace

TEST_CASE("DeltasMakeTheOtherText") {
  const auto old = Lines(0, 3000);
  for (const auto& text :
       {Lines(0, 3000) + "more", "less\n" + Lines(5, 2900), Lines(100, 200) + Lines(50, 2500),
        Lines(0, 1000) + std::string(500, 'x') + Lines(1000, 3000), old}) {
    const auto delta = Delta(old, text);
    REQUIRE(delta);
    CHECK(delta->size() * 2 < text.size());
    CHECK(Apply(old, *delta) == text);
  }
}

TEST_CASE("LongCopiesAreCutUp") {
  const auto old = std::string(200'000, 'a') + "\n" + std::string(70'000, 'b') + "\n";
  const auto delta = Delta(old, old + "end");
  REQUIRE(delta);
  CHECK(Apply(old, *delta) == old + "end");
}

TEST_CASE("NoDeltaIsMadeWhereItSavesLittle") {
  CHECK_FALSE(Delta("a\n", "b\n"));
  CHECK_FALSE(Delta("", "b\n"));
  CHECK_FALSE(Delta("a\n", ""));
  CHECK_FALSE(Delta(Lines(0, 100), Lines(100, 200)));
}

TEST_CASE("TreesAreCutAtTheirEntries") {
  const std::string id(20, '\0');
  const std::string tree =
      "100644 a" + std::string(1, '\0') + id + "40000 b" + std::string(1, '\0') + id;
  CHECK(TreePieces(AsBytes(tree)).size() == 2);
  CHECK(TreePieces(AsBytes(tree.substr(0, tree.size() - 1))).size() == 1);
  CHECK(TreePieces(AsBytes("no tree")).size() == 1);
  CHECK(TreePieces({}).empty());
}
