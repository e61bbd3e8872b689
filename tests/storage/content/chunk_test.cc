#include "storage/content/chunk.h"

#include "storage/content/keyed_hash.h"
#include "storage/content/merkle.h"
#include "tests/storage/content/xet_vectors.h"

using namespace banyan;
using namespace banyan::storage;

TEST_CASE("ChunkHashesMatchPublishedVectors") {
  const auto lines = VectorSection(1);
  const auto id = HashChunk(AsBytes("Hello World!"));
  REQUIRE(ToHex(id.bytes()) == DigitsAfter(lines, "\"Hello World!\" (12 B): raw"));
  REQUIRE(id.ToString() == "d8d408e608fb9ca213b9909a65d86d725f2de4d8d540324be8a363e7a6e228cb");
}

TEST_CASE("StringFormsMatchPublishedVectors") {
  const auto raw = "16af3a84044b83d6be998a42e20399f2cc5650eaf99950639f50418aece7954e";
  const auto text = "d6834b04843aaf16f29903e2428a99be635099f9ea5056cc4e95e7ec8a41509f";
  REQUIRE(DigitsAfter(VectorSection(1), "[xet-core] raw") == raw);
  REQUIRE(ChunkId::FromRaw(MUST(ParseHex(raw))).ToString() == text);
  REQUIRE(ToHex(MUST(ChunkId::Parse(text)).bytes()) == raw);
}

TEST_CASE("KeysMatchPublishedVectors") {
  const auto lines = VectorSection(1);
  REQUIRE(ToHex(kChunkKey) == DigitsAfter(lines, "DATA (chunk, shard name)"));
  REQUIRE(ToHex(kInnerNodeKey) == DigitsAfter(lines, "INTERNAL_NODE "));
  REQUIRE(ToHex(kRangeKey) == DigitsAfter(lines, "VERIFICATION "));
}

TEST_CASE("KeyedFormOfAChunkHashMatchesPublishedVector") {
  HashKey key;
  for (std::size_t i = 0; i < key.size(); ++i) key[i] = static_cast<std::uint8_t>(i);
  const auto id = HashChunk(AsBytes("Hello, World!"));
  REQUIRE(ChunkId::FromRaw(KeyedHash(key, id.bytes())).ToString() ==
          DigitsAfter(VectorSection(1), "with key bytes 00..1f:"));
}
