// The reference vectors of Certificate Transparency for RFC 6962 section 2.1: eight leaves, the
// roots of the trees of the first one to eight of them, and proofs, as its Merkle tree tests have
// them; and what its verifiers are tried with that is no proof.
#include <array>
#include <limits>

#include "federation/format/log_proof.h"
#include "tests/support/must.h"

using namespace banyan;
using namespace banyan::federation;

namespace {

constexpr std::array kLeaves = {"",
                                "00",
                                "10",
                                "2021",
                                "3031",
                                "40414243",
                                "5051525354555657",
                                "606162636465666768696a6b6c6d6e6f"};
constexpr std::array kRoots = {"6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
                               "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
                               "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
                               "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
                               "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
                               "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
                               "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
                               "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};

struct Vector {
  std::uint64_t first;  // the number of a leaf, from 1, or the size of the older tree
  std::uint64_t size;
  std::vector<const char*> path;
};

const std::vector<Vector>& Inclusions() {
  static const std::vector<Vector> vectors = {
      {1, 1, {}},
      {1,
       8,
       {"96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"}},
      {6,
       8,
       {"bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"}},
      {3, 3, {"fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"}},
      {2,
       5,
       {"6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"}}};
  return vectors;
}

const std::vector<Vector>& Consistencies() {
  static const std::vector<Vector> vectors = {
      {1, 1, {}},
      {1,
       8,
       {"96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"}},
      {6,
       8,
       {"0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"}},
      {2,
       5,
       {"5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"}}};
  return vectors;
}

LogHash LeafOf(std::uint64_t index) { return HashLeaf(MUST(ParseHex(kLeaves.at(index)))); }

LogState StateOf(std::uint64_t size) { return {size, MUST(LogHash::Parse(kRoots.at(size - 1)))}; }

LogProof ProofOf(const Vector& vector) {
  LogProof proof;
  for (const char* text : vector.path) proof.push_back(MUST(LogHash::Parse(text)));
  return proof;
}

Result<LogHash> Subtree(int level, std::uint64_t index) {
  if (level == 0) return LeafOf(index);
  return HashNode(TRY(Subtree(level - 1, 2 * index)), TRY(Subtree(level - 1, 2 * index + 1)));
}

LogHash Flipped(const LogHash& hash, std::size_t bit) {
  Bytes bytes(hash.bytes().begin(), hash.bytes().end());
  bytes[bit / 8] ^= static_cast<std::uint8_t>(1u << (bit % 8));
  return LogHash::FromRaw(bytes);
}

// What is not the proof, but like it.
std::vector<LogProof> Spoilt(const LogProof& proof) {
  std::vector<LogProof> spoilt(3, proof);
  spoilt[0].push_back(EmptyRoot());
  spoilt[1].push_back(LogHash());
  spoilt[2].insert(spoilt[2].begin(), EmptyRoot());
  for (std::size_t i = 0; i < proof.size(); ++i) {
    const auto at = static_cast<std::ptrdiff_t>(i);
    for (std::size_t bit = 0; bit < 8 * LogHash::kSize; ++bit) {
      spoilt.push_back(proof);
      spoilt.back()[i] = Flipped(proof[i], bit);
    }
    spoilt.push_back(proof);
    spoilt.back().erase(spoilt.back().begin() + at);
    spoilt.push_back(proof);
    spoilt.back().insert(spoilt.back().begin() + at, proof[i]);
    if (i == 0) continue;
    spoilt.push_back(proof);
    std::swap(spoilt.back()[i - 1], spoilt.back()[i]);
  }
  if (proof.size() > 1) spoilt.emplace_back();
  return spoilt;
}

}  // namespace

TEST_CASE("TreesHaveTheRootsOfCertificateTransparency") {
  Frontier log;
  for (std::size_t i = 0; i < kLeaves.size(); ++i) {
    log.Append(LeafOf(i));
    CHECK(log.Root() == StateOf(i + 1).root);
  }
}

TEST_CASE("InclusionIsProvenAsInCertificateTransparencyAndNotOtherwise") {
  for (const auto& vector : Inclusions()) {
    INFO(vector.first << " of " << vector.size);
    const auto index = vector.first - 1;
    const auto leaf = LeafOf(index);
    const auto state = StateOf(vector.size);
    const auto proof = ProofOf(vector);
    REQUIRE(MUST(ProveInclusion(index, vector.size, Subtree)) == proof);
    MUST(VerifyInclusion(state, index, leaf, proof));
    for (const auto& spoilt : Spoilt(proof)) {
      MUST_FAIL(VerifyInclusion(state, index, leaf, spoilt), Errc::Invalid);
    }
    for (const auto other :
         {index - 1, index + 1, index ^ 2, state.size, std::numeric_limits<std::uint64_t>::max()}) {
      MUST_FAIL(VerifyInclusion(state, other, leaf, proof), Errc::Invalid);
    }
    for (const auto size : {2 * state.size, state.size / 2, std::uint64_t{0}}) {
      MUST_FAIL(VerifyInclusion({size, state.root}, index, leaf, proof), Errc::Invalid);
    }
    MUST_FAIL(VerifyInclusion({state.size, EmptyRoot()}, index, leaf, proof), Errc::Invalid);
    MUST_FAIL(VerifyInclusion(state, index, EmptyRoot(), proof), Errc::Invalid);
    for (std::size_t bit = 0; bit < 8 * LogHash::kSize; ++bit) {
      const LogState changed{state.size, Flipped(state.root, bit)};
      MUST_FAIL(VerifyInclusion(changed, index, leaf, proof), Errc::Invalid);
      MUST_FAIL(VerifyInclusion(state, index, Flipped(leaf, bit), proof), Errc::Invalid);
    }
  }
}

TEST_CASE("ConsistencyIsProvenAsInCertificateTransparencyAndNotOtherwise") {
  for (const auto& vector : Consistencies()) {
    INFO(vector.first << " and " << vector.size);
    const auto older = StateOf(vector.first);
    const auto newer = StateOf(vector.size);
    const auto proof = ProofOf(vector);
    REQUIRE(MUST(ProveConsistency(older.size, newer.size, Subtree)) == proof);
    MUST(VerifyConsistency(older, newer, proof));
    for (const auto& spoilt : Spoilt(proof)) {
      MUST_FAIL(VerifyConsistency(older, newer, spoilt), Errc::Invalid);
    }
    for (const auto size : {older.size - 1, older.size + 1, older.size ^ 2}) {
      MUST_FAIL(VerifyConsistency({size, older.root}, newer, proof), Errc::Invalid);
    }
    for (const auto size : {2 * newer.size, newer.size / 2}) {
      MUST_FAIL(VerifyConsistency(older, {size, newer.root}, proof), Errc::Invalid);
    }
    MUST_FAIL(VerifyConsistency({older.size, EmptyRoot()}, newer, proof), Errc::Invalid);
    MUST_FAIL(VerifyConsistency(older, {newer.size, EmptyRoot()}, proof), Errc::Invalid);
    if (older == newer) continue;
    const LogState swapped{older.size, newer.root};
    MUST_FAIL(VerifyConsistency(swapped, {newer.size, older.root}, proof), Errc::Invalid);
  }
}
