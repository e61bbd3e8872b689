#include "storage/content/chunker.h"

#include <algorithm>
#include <map>

#include "storage/content/gear_table.h"
#include "storage/content/merkle.h"
#include "tests/storage/content/xet_vectors.h"

using namespace banyan;
using namespace banyan::storage;

namespace {

using Ends = std::vector<std::size_t>;

struct Cut {
  Ends ends;
  ChunkList chunks;
};

// Feeds `data` in pieces of the given sizes, over and over.
Cut CutInPieces(ByteView data, const std::vector<std::size_t>& pieces) {
  Cut cut;
  std::size_t end = 0;
  Chunker chunker([&](ByteView chunk) {
    REQUIRE(
        std::equal(chunk.begin(), chunk.end(), data.begin() + static_cast<std::ptrdiff_t>(end)));
    cut.ends.push_back(end += chunk.size());
    cut.chunks.push_back({HashChunk(chunk), static_cast<std::uint32_t>(chunk.size())});
    return Ok();
  });
  for (std::size_t i = 0, at = 0; at < data.size(); ++i) {
    const auto size = std::min(pieces[i % pieces.size()], data.size() - at);
    MUST(chunker.Feed(data.subspan(at, size)));
    at += size;
  }
  MUST(chunker.Finish());
  REQUIRE(end == data.size());
  return cut;
}

Ends EndsByFindCut(ByteView data) {
  Ends ends;
  for (std::size_t at = 0; at < data.size();) {
    const auto length = FindCut(data.subspan(at));
    if (length == 0) REQUIRE(data.size() - at < kMaxChunkBytes);
    at += length == 0 ? data.size() - at : length;
    ends.push_back(at);
  }
  return ends;
}

// The cut rule as written in the specification, byte by byte.
Ends EndsByTheBook(ByteView data) {
  Ends ends;
  std::uint64_t hash = 0;
  std::size_t count = 0;
  for (std::size_t i = 0; i < data.size(); ++i) {
    hash = (hash << 1) + kGearTable[data[i]];
    ++count;
    if (count < 8192) continue;
    if (count < 131072 && (hash & 0xFFFF000000000000u) != 0) continue;
    ends.push_back(i + 1);
    hash = count = 0;
  }
  if (count > 0) ends.push_back(data.size());
  return ends;
}

Bytes NamedInput(const std::string& name) {
  if (name == "splitmix0_1e6") return Splitmix(0, 1000000);
  if (name == "splitmix1_256000") return Splitmix(1, 256000);
  if (name == "const59_1e6") return Bytes(1000000, 59);
  if (name == "zeros8192") return Bytes(8192);
  if (name == "zeros131073") return Bytes(131073);
  const auto hello = AsBytes("Hello, World!");
  if (name == "hello") return Bytes(hello.begin(), hello.end());
  REQUIRE(name == "empty");
  return {};
}

Bytes TriggerInput(std::size_t index, ByteView pattern) {
  Bytes out(pattern.begin(), pattern.end());
  out.resize(out.size() + index);
  while (out.size() < 65536) {
    const auto grow = std::min(out.size(), 65536 - out.size());
    out.resize(out.size() + grow);
    std::copy_n(out.begin(), grow, out.end() - static_cast<std::ptrdiff_t>(grow));
  }
  return out;
}

}  // namespace

TEST_CASE("GearTableIsTheSpecifiedOne") {
  Bytes words(2048);
  for (std::size_t i = 0; i < 256; ++i) StoreLe(words.data() + 8 * i, kGearTable[i]);
  REQUIRE(HashSha256(words).ToString() ==
          "e1d3936666d7ae7a977c958e9afcc75f90aaca758ce5fbe4ece61dffefe1912c");
}

TEST_CASE("WholeFileVectorsGiveTheSameCutsAndHashes") {
  Ends ends;
  ChunkList chunks;
  Cut cut;
  int checked = 0;
  for (const auto& line : VectorSection(2)) {
    const auto words = Words(line);
    if (words.empty()) continue;
    INFO(line);
    if (words[0] == "##") {
      cut = CutInPieces(NamedInput(words[1]), {100000, 1, 7});
      ends.clear();
      chunks.clear();
    } else if (words[0] == "xorb") {
      REQUIRE(cut.ends == ends);
      REQUIRE(cut.chunks == chunks);
      REQUIRE(HashXorb(chunks).ToString() == words[1]);
    } else if (words[0] == "file") {
      REQUIRE(HashFile(chunks).ToString() == words[1]);
    } else if (words[0] == "verif") {
      REQUIRE(HashRange(chunks).ToString() == words[1]);
      ++checked;
    } else if (words.size() == 3 && words[2].size() == 64) {
      ends.push_back(std::stoul(words[0]));
      chunks.push_back(
          {MUST(ChunkId::Parse(words[2])), static_cast<std::uint32_t>(std::stoul(words[1]))});
    }
  }
  REQUIRE(checked == 7);
}

TEST_CASE("TriggerVectorsGiveTheSameCuts") {
  const auto lines = VectorSection(3);
  Bytes pattern;
  std::size_t checked = 0;
  for (const auto& line : lines) {
    const auto words = Words(line);
    if (line.rfind("pattern hex: ", 0) == 0) pattern = MUST(ParseHex(words[2]));
    if (words.empty() || words[0] != std::to_string(checked)) continue;
    INFO(line);
    const auto data = TriggerInput(checked++, pattern);
    REQUIRE(data[11111] == std::stoul(words[1]));
    Ends ends;
    for (std::size_t i = 2; i < words.size(); ++i) ends.push_back(std::stoul(words[i]));
    REQUIRE(EndsByFindCut(data) == ends);
    REQUIRE(CutInPieces(data, {8000, 191, 1, 1, 64, 30000}).ends == ends);
  }
  REQUIRE(checked == 128);
}

TEST_CASE("CutsDoNotDependOnHowTheInputIsSplit") {
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    auto data = Splitmix(seed, 700000);
    // Plateaus make chunks that end at the maximum.
    std::fill_n(data.begin() + 200000, 150000, std::uint8_t{9});
    const auto ends = EndsByTheBook(data);
    INFO("seed " << seed);
    REQUIRE(EndsByFindCut(data) == ends);
    for (const auto& pieces : std::vector<Ends>{{1}, {3, 5, 8192}, {4096}, {131072}, {700000}}) {
      REQUIRE(CutInPieces(data, pieces).ends == ends);
    }
  }
}

TEST_CASE("FindCutAsksForMoreInputUntilTheCutIsCertain") {
  const auto data = Splitmix(0, 200000);  // its first cut is at 84493
  for (const std::size_t size : {0u, 1u, 8191u, 8192u, 84492u}) {
    REQUIRE(FindCut(ByteView(data).first(size)) == 0);
  }
  for (const std::size_t size : {84493u, 84494u, 200000u}) {
    REQUIRE(FindCut(ByteView(data).first(size)) == 84493);
  }
  const Bytes flat(kMaxChunkBytes, 59);
  REQUIRE(FindCut(flat) == kMaxChunkBytes);
  REQUIRE(FindCut(ByteView(flat).first(kMaxChunkBytes - 1)) == 0);
}

TEST_CASE("ChunksInsideOneFedBufferAreNotCopied") {
  const auto data = Splitmix(0, 1000000);
  std::size_t inside = 0;
  std::size_t copied = 0;
  Chunker chunker([&](ByteView chunk) {
    const bool within = chunk.data() >= data.data() && chunk.data() < data.data() + data.size();
    (within ? inside : copied) += 1;
    return Ok();
  });
  MUST(chunker.Feed(data));
  REQUIRE(inside == 18);
  MUST(chunker.Finish());
  REQUIRE(copied == 1);
}

TEST_CASE("InsertionMovesFewCuts") {
  const auto data = Splitmix(7, 4000000);
  Bytes edited = data;
  edited.insert(edited.begin() + 2000000, 1000, std::uint8_t{0x5A});
  std::map<ChunkId, int> known;
  for (const auto& chunk : CutInPieces(data, {1 << 20}).chunks) ++known[chunk.id];
  std::size_t fresh = 0;
  for (const auto& chunk : CutInPieces(edited, {1 << 20}).chunks)
    fresh += !known.contains(chunk.id);
  REQUIRE(fresh >= 1);
  REQUIRE(fresh <= 4);
}

TEST_CASE("TheSinksErrorEndsFeeding") {
  int calls = 0;
  Chunker chunker([&](ByteView) -> Status {
    ++calls;
    return Error(Errc::Cancelled, "enough");
  });
  MUST_FAIL(chunker.Feed(Splitmix(0, 500000)), Errc::Cancelled);
  REQUIRE(calls == 1);
  MUST(chunker.Feed(Bytes(10)));
  MUST_FAIL(chunker.Finish(), Errc::Cancelled);
}
