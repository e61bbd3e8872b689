#include "storage/content/merkle.h"

#include <algorithm>

#include "tests/storage/content/xet_vectors.h"

using namespace banyan;
using namespace banyan::storage;

namespace {

HashKey SaltOf(const std::string& text) {
  HashKey salt;
  const auto id = MUST(ChunkId::Parse(text));
  std::copy(id.bytes().begin(), id.bytes().end(), salt.begin());
  return salt;
}

MerkleNode LeafOf(const std::string& hash, const std::string& length) {
  return {MUST(ChunkId::Parse(hash)), std::stoull(length), 1};
}

// "case 4: [L1 L2]" names leaves of the list at the top of the section.
std::vector<MerkleNode> NamedLeaves(const std::string& line, const std::vector<MerkleNode>& named) {
  std::vector<MerkleNode> leaves;
  for (std::size_t at = line.find('['); (at = line.find('L', at)) != std::string::npos; ++at) {
    leaves.push_back(named.at(std::stoul(line.substr(at + 1))));
  }
  return leaves;
}

}  // namespace

TEST_CASE("NodeOfTwoMatchesPublishedVectors") {
  const auto lines = VectorSection(1);
  const ChunkList chunks = {{MUST(ChunkId::Parse(DigitsAfter(lines, "child A"))), 100},
                            {MUST(ChunkId::Parse(DigitsAfter(lines, "child B"))), 200}};
  const auto root = MerkleRoot(LeavesOf(chunks));
  REQUIRE(root.hash.ToString() == DigitsAfter(lines, "internal node(A,B) ="));
  REQUIRE(root.size_bytes == 300);
  REQUIRE(root.chunk_count == 2);
  REQUIRE(HashRange(chunks).ToString() == DigitsAfter(lines, "verification hash(A,B) ="));
}

TEST_CASE("AggregationVectorsGiveTheSameHashes") {
  std::vector<MerkleNode> named;
  std::vector<MerkleNode> leaves;
  int cases = 0;
  int salts = 0;
  for (const auto& line : VectorSection(4)) {
    const auto words = Words(line);
    if (words.empty()) continue;
    INFO(line);
    if (words[0] == "L" + std::to_string(named.size())) {
      named.push_back(LeafOf(words[1], words[2]));
    } else if (words[0] == "case") {
      ++cases;
      leaves = NamedLeaves(line, named);
    } else if (words.size() == 2 && words[0].size() == 64) {
      leaves.push_back(LeafOf(words[0], words[1]));
    } else if (words[0] == "xorb") {
      REQUIRE(MerkleRoot(leaves).hash.ToString() == words[1]);
    } else if (words[0] == "salt") {
      ++salts;
      REQUIRE(HashFileOfRoot(MerkleRoot(leaves), SaltOf(words[1])).ToString() == words.back());
      if (salts % 3 == 1) REQUIRE(HashFileOfRoot(MerkleRoot(leaves)).ToString() == words.back());
    }
  }
  REQUIRE(named.size() == 8);
  REQUIRE(leaves.size() == 100);
  REQUIRE(cases == 18);
  REQUIRE(salts == 54);
}

TEST_CASE("ASingleNodeIsARootButIsWrappedByAReduction") {
  const ChunkList one = {{HashChunk(AsBytes("x")), 1}};
  const auto leaves = LeavesOf(one);
  REQUIRE(MerkleRoot(leaves) == leaves[0]);
  REQUIRE(HashXorb(one).ToString() == one[0].id.ToString());
  const auto wrapped = ReduceLevel(leaves);
  REQUIRE(wrapped.size() == 1);
  REQUIRE(wrapped[0].hash != leaves[0].hash);
  REQUIRE(wrapped[0].chunk_count == 1);
}

TEST_CASE("TheEmptyFileHasTheZeroHashWhateverTheSalt") {
  REQUIRE(ReduceLevel({}).empty());
  REQUIRE(MerkleRoot({}).chunk_count == 0);
  REQUIRE(HashXorb({}).IsZero());
  REQUIRE(HashFile({}).IsZero());
  REQUIRE(HashFile({}, kChunkKey).IsZero());
}

TEST_CASE("GroupsHaveThreeToNineNodesButForTheRightEdge") {
  for (std::size_t size = 1; size < 400; ++size) {
    std::vector<MerkleNode> nodes;
    for (std::size_t i = 0; i < size; ++i) {
      const auto text = std::to_string(size) + "/" + std::to_string(i);
      nodes.push_back({HashChunk(AsBytes(text)), 1, 1});
    }
    const auto parents = ReduceLevel(nodes);
    std::uint64_t sum = 0;
    for (const auto& parent : parents) {
      REQUIRE(parent.chunk_count <= kMaxGroup);
      if (&parent != &parents.back()) REQUIRE(parent.chunk_count >= kMinGroup);
      REQUIRE(parent.size_bytes == parent.chunk_count);
      sum += parent.chunk_count;
    }
    REQUIRE(sum == size);
  }
}
