#include "storage/content/outline.h"

#include <algorithm>
#include <random>

#include "tests/support/must.h"

using namespace banyan;
using namespace banyan::storage;

namespace {

// `group_end_percent` of the hashes end a group of the aggregation, instead of the usual 25.
ChunkList RandomList(std::size_t size, std::uint64_t seed, unsigned group_end_percent = 25) {
  std::mt19937_64 random(seed * 1000003 + size);
  ChunkList list;
  for (std::size_t i = 0; i < size; ++i) {
    std::array<std::uint8_t, 32> raw;
    for (std::size_t word = 0; word < 32; word += 8) StoreLe<std::uint64_t>(&raw[word], random());
    raw[24] = static_cast<std::uint8_t>((raw[24] & ~3u) | (random() % 100 >= group_end_percent));
    list.push_back({ChunkId::FromRaw(raw), static_cast<std::uint32_t>(1 + random() % 131072)});
  }
  return list;
}

FileShape ShapeOf(const ChunkList& list) {
  FileShape shape{HashFile(list), 0, list.size()};
  for (const auto& chunk : list) shape.size_bytes += chunk.size_bytes;
  return shape;
}

// Level `height` of the list's tree, as if it were an outline.
Outline LevelOf(const ChunkList& list, int height) {
  auto nodes = LeavesOf(list);
  for (int i = 0; i < height && nodes.size() > 1; ++i) nodes = ReduceLevel(nodes);
  return {nodes};
}

// Nodes of some level posed as chunks; sizes that do not fit are cut down.
ChunkList PosedAsChunks(std::span<const MerkleNode> nodes) {
  ChunkList list;
  for (const auto& node : nodes) {
    const auto size = std::min<std::uint64_t>(node.size_bytes, UINT32_MAX);
    list.push_back({node.hash, static_cast<std::uint32_t>(size)});
  }
  return list;
}

// Every section of the list is proven, by its own chunks only.
void RequireProvable(const ChunkList& list) {
  const auto outline = MakeOutline(list);
  REQUIRE(OutlineProves(outline, ShapeOf(list)));
  std::size_t total = 0;
  for (std::size_t i = 0; i < outline.sections.size(); ++i) {
    const auto chunks = SectionChunks(outline, i, list);
    REQUIRE(SectionProves(outline, i, chunks));
    REQUIRE_FALSE(SectionProves(outline, i + 1, chunks));
    total += chunks.size();
  }
  REQUIRE(total == list.size());
}

ChunkList SmallList() {
  return {{HashChunk(AsBytes("one")), 3}, {HashChunk(AsBytes("two")), 131072}};
}

}  // namespace

TEST_CASE("EverySectionOfEveryListIsProven") {
  for (std::size_t size = 0; size <= 300; ++size) RequireProvable(RandomList(size, 1));
  std::mt19937_64 random(2);
  for (int round = 0; round < 25; ++round) {
    const std::size_t size = random() % 20001;
    INFO("round " << round << " size " << size);
    RequireProvable(RandomList(size, 2));
  }
}

TEST_CASE("ShortAndLongGroupsAndEveryRightEdgeAreProven") {
  for (const unsigned percent : {0u, 100u}) {
    for (std::size_t size = 1; size <= 120; ++size) {
      RequireProvable(RandomList(size, 3, percent));
    }
    // Around the sizes where a section of shortest or longest groups is just full.
    for (const std::size_t full : {kMinSectionChunks, 9 * kMinSectionChunks, kMaxSectionChunks}) {
      for (std::size_t size = full - 2; size <= full + 4; ++size) {
        RequireProvable(RandomList(size, 4, percent));
      }
    }
  }
}

TEST_CASE("AFileOfOneSectionIsProvenByItsRoot") {
  for (const std::size_t size : {1u, 2u, 3u, 9u, 80u}) {
    const auto list = RandomList(size, 5);
    const auto outline = MakeOutline(list);
    REQUIRE(outline.sections.size() == 1);
    REQUIRE(outline.sections[0] == MerkleRoot(LeavesOf(list)));
  }
  REQUIRE(MakeOutline({}).sections.empty());
  REQUIRE(OutlineProves({}, FileShape{}));
  REQUIRE_FALSE(SectionProves({}, 0, {}));
}

TEST_CASE("AnyChangeToASectionIsRefused") {
  std::mt19937_64 random(6);
  for (const std::size_t size : {1u, 2u, 5u, 60u, 500u, 3000u, 9000u}) {
    const auto list = RandomList(size, 6);
    const auto outline = MakeOutline(list);
    for (int round = 0; round < 20; ++round) {
      const std::size_t index = random() % outline.sections.size();
      const auto part = SectionChunks(outline, index, list);
      const ChunkList good(part.begin(), part.end());
      const std::size_t at = random() % good.size();
      const auto refused = [&](const ChunkList& bad) {
        INFO("size " << size << " section " << index << " at " << at);
        REQUIRE_FALSE(SectionProves(outline, index, bad));
      };
      auto bad = good;
      auto raw = Bytes(bad[at].id.bytes().begin(), bad[at].id.bytes().end());
      raw[random() % 32] ^= static_cast<std::uint8_t>(1u << random() % 8);
      bad[at].id = ChunkId::FromRaw(raw);
      refused(bad);
      bad = good;
      bad[at].size_bytes = bad[at].size_bytes == 1 ? 2 : bad[at].size_bytes - 1;
      refused(bad);
      bad = good;
      bad.erase(bad.begin() + static_cast<std::ptrdiff_t>(at));
      refused(bad);
      bad = good;
      bad.insert(bad.begin() + static_cast<std::ptrdiff_t>(at), good[at]);
      refused(bad);
      if (good.size() > 1) {
        bad = good;
        std::swap(bad[at], bad[(at + 1) % bad.size()]);
        refused(bad);
      }
    }
  }
}

TEST_CASE("InnerNodesPosedAsChunksAreRefused") {
  for (const std::size_t size : {2u, 9u, 80u, 900u, 5000u}) {
    auto list = RandomList(size, 7);
    for (auto& chunk : list) chunk.size_bytes = 1 + chunk.size_bytes % 100;  // inner nodes fit too
    const auto outline = MakeOutline(list);
    for (int height = 1; height <= 5; ++height) {
      const auto posed = PosedAsChunks(LevelOf(list, height).sections);
      // The same file hash comes out, but never under the shape that the manifest states.
      REQUIRE(HashFile(posed) == HashFile(list));
      REQUIRE_FALSE(OutlineProves(MakeOutline(posed), ShapeOf(list)));
    }
    for (std::size_t i = 0; i < outline.sections.size(); ++i) {
      auto nodes = LeavesOf(SectionChunks(outline, i, list));
      for (int height = 1; height <= 4; ++height) {
        nodes = ReduceLevel(nodes);
        REQUIRE_FALSE(SectionProves(outline, i, PosedAsChunks(nodes)));
        auto claimed = outline;  // a sender may lie about the count as well
        claimed.sections[i].chunk_count = nodes.size();
        if (outline.sections.size() > 1) {
          REQUIRE_FALSE(SectionProves(claimed, i, PosedAsChunks(nodes)));
        }
      }
    }
  }
}

TEST_CASE("AnOutlineOfAnotherLevelNeverHasAllItsSectionsProven") {
  for (const std::size_t size : {40u, 400u, 4000u, 15000u}) {
    const auto list = RandomList(size, 8);
    for (int height = 0; height <= 7; ++height) {
      const auto outline = LevelOf(list, height);
      if (outline == MakeOutline(list)) continue;
      bool all = OutlineProves(outline, ShapeOf(list));
      for (std::size_t i = 0; all && i < outline.sections.size(); ++i) {
        all = SectionProves(outline, i, SectionChunks(outline, i, list));
      }
      INFO("size " << size << " height " << height);
      REQUIRE_FALSE(all);
    }
  }
}

TEST_CASE("AnOutlineMustAddUpToTheFile") {
  const auto list = RandomList(9000, 9);
  const auto shape = ShapeOf(list);
  const auto good = MakeOutline(list);
  REQUIRE(good.sections.size() > 3);
  REQUIRE(OutlineProves(good, shape));
  const auto refused = [&](Outline bad) { REQUIRE_FALSE(OutlineProves(bad, shape)); };
  auto bad = good;
  bad.sections[1].size_bytes += 1;
  bad.sections[2].size_bytes -= 1;
  refused(bad);
  bad = good;
  bad.sections[1].chunk_count += 1;
  refused(bad);
  bad = good;
  bad.sections.pop_back();
  refused(bad);
  bad = good;
  std::swap(bad.sections[0], bad.sections[1]);
  refused(bad);
  bad = good;
  bad.sections[0].chunk_count = kMinSectionChunks - 1;
  refused(bad);
  bad = good;
  bad.sections[0].chunk_count = kMaxSectionChunks + 1;
  refused(bad);
  refused({});
  REQUIRE_FALSE(OutlineProves(good, {shape.hash, shape.size_bytes + 1, shape.chunk_count}));
  REQUIRE_FALSE(OutlineProves(good, {shape.hash, shape.size_bytes, shape.chunk_count - 1}));
  REQUIRE_FALSE(OutlineProves(good, {FileHash(), shape.size_bytes, shape.chunk_count}));
}

TEST_CASE("WireFormsAreGolden") {
  const auto list = SmallList();
  const auto one = ToHex(list[0].id.bytes());
  const auto two = ToHex(list[1].id.bytes());
  REQUIRE(one == "8cc0278f56e54651e78539c09a4abf0bd32c7a5a7a86bc61c2cddc05b8128837");
  REQUIRE(two == "9b998a64d2e8482d43bc08399f9c0b703fea3bd6c91d4926f690cdbf03bdaa05");
  // Magic, version 1, count; then hash and 24-bit size.
  REQUIRE(ToHex(EncodeChunkList(list)) == "424e434c0102000000" + one + "030000" + two + "000002");
  // Magic, version 1, count; then hash, 64-bit size and 32-bit chunk count.
  REQUIRE(ToHex(EncodeOutline(MakeOutline(list))) ==
          "424e4f4c0101000000"
          "dbc4c0fabc184c1ab1f84a6afd63db4730667928a6abf7b829fd17bf33129d80"
          "030002000000000002000000");
  REQUIRE(ToHex(EncodeOutline({})) == "424e4f4c0100000000");
  REQUIRE(ToHex(EncodeChunkList({})) == "424e434c0100000000");
}

TEST_CASE("WireFormsRoundTrip") {
  for (const std::size_t size : {0u, 1u, 100u, 5000u}) {
    const auto list = RandomList(size, 10);
    REQUIRE(MUST(ParseChunkList(EncodeChunkList(list))) == list);
    const auto outline = MakeOutline(list);
    REQUIRE(MUST(ParseOutline(EncodeOutline(outline))) == outline);
  }
}

TEST_CASE("MalformedWireFormsAreRefused") {
  const auto list = RandomList(5000, 11);
  const auto chunks = EncodeChunkList(list);
  const auto outline = EncodeOutline(MakeOutline(list));
  for (const std::size_t at : {0u, 3u, 4u}) {  // magic, version
    for (auto bytes : {chunks, outline}) {
      ++bytes[at];
      MUST_FAIL(ParseChunkList(bytes), Errc::Invalid);
      MUST_FAIL(ParseOutline(bytes), Errc::Invalid);
    }
  }
  for (const std::size_t size : {std::size_t{0}, std::size_t{8}, chunks.size() - 1}) {
    MUST_FAIL(ParseChunkList(ByteView(chunks).first(size)), Errc::Invalid);
  }
  for (const std::size_t size : {std::size_t{0}, std::size_t{8}, outline.size() - 1}) {
    MUST_FAIL(ParseOutline(ByteView(outline).first(size)), Errc::Invalid);
  }
  auto trailing = chunks;
  trailing.push_back(0);
  MUST_FAIL(ParseChunkList(trailing), Errc::Invalid);
  MUST_FAIL(ParseChunkList(chunks, list.size() - 1), Errc::TooLarge);
  MUST_FAIL(ParseOutline(outline, 1), Errc::TooLarge);
  auto zero = chunks;
  std::fill_n(zero.begin() + 9 + 32, 3, std::uint8_t{0});
  MUST_FAIL(ParseChunkList(zero), Errc::Invalid);
  auto large = chunks;
  StoreLe<std::uint16_t>(&large[9 + 32], 1);
  large[9 + 34] = 2;
  MUST_FAIL(ParseChunkList(large), Errc::Invalid);
  auto sparse = outline;
  StoreLe<std::uint32_t>(&sparse[9 + 40], kMinSectionChunks - 1);
  MUST_FAIL(ParseOutline(sparse), Errc::Invalid);
  auto heavy = outline;
  StoreLe<std::uint64_t>(&heavy[9 + 32], ~std::uint64_t{0});
  MUST_FAIL(ParseOutline(heavy), Errc::Invalid);
  // A count that promises far more than is there allocates nothing.
  Bytes promise(chunks.begin(), chunks.begin() + 9);
  StoreLe<std::uint32_t>(&promise[5], 1u << 20);
  MUST_FAIL(ParseChunkList(promise), Errc::Invalid);
}
