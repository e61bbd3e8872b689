#include "federation/format/log_proof.h"

#include "tests/federation/format/log_vectors.h"

using namespace banyan;
using namespace banyan::federation;
using namespace banyan::federation::testing;

namespace {

LogState StateOf(std::uint64_t size) { return {size, LogOf(size).Root()}; }

// The root of entries [begin, begin + 2^level) by the definition.
Result<LogHash> Subtree(int level, std::uint64_t index) {
  if (level == 0) return HashLeaf(Entry(index));
  return HashNode(TRY(Subtree(level - 1, 2 * index)), TRY(Subtree(level - 1, 2 * index + 1)));
}

LogProof Hashes(std::initializer_list<const char*> texts) {
  LogProof out;
  for (const char* text : texts) out.push_back(FromBase64(text));
  return out;
}

// Every way to spoil one thing about a proof.
template <typename Verify>
void RequireNoOther(const LogProof& proof, const Verify& verify) {
  for (std::size_t i = 0; i <= proof.size(); ++i) {
    auto longer = proof;
    longer.insert(longer.begin() + static_cast<std::ptrdiff_t>(i), EmptyRoot());
    MUST_FAIL(verify(longer), Errc::Invalid);
    if (i == proof.size()) break;
    auto changed = proof;
    changed[i] = EmptyRoot();
    MUST_FAIL(verify(changed), Errc::Invalid);
    auto shorter = proof;
    shorter.erase(shorter.begin() + static_cast<std::ptrdiff_t>(i));
    MUST_FAIL(verify(shorter), Errc::Invalid);
  }
}

}  // namespace

TEST_CASE("ProofsAreThoseOfTheVectors") {
  REQUIRE(MUST(ProveConsistency(3, 7, Subtree)) ==
          Hashes({"V8efTzGuApxdS9MLBzwnyU35NDiytGl+Hh7vW8A5SkE=",
                  "YcoROfaBWEHVuvLQ0tm9nf7pfImN1ve6DAqpQe5sAes=",
                  "WkdmL9ijF9lgSaP59HxV3GfKZgUbqjaD27GbL+CaB7A=",
                  "lK+4osoFHAVFjqOdzRmxvWjn4zUp8QtDnSphWlH2NuI="}));
  REQUIRE(MUST(ProveConsistency(4, 7, Subtree)) ==
          Hashes({"lK+4osoFHAVFjqOdzRmxvWjn4zUp8QtDnSphWlH2NuI="}));
  REQUIRE(MUST(ProveInclusion(2, 7, Subtree)) ==
          Hashes({"YcoROfaBWEHVuvLQ0tm9nf7pfImN1ve6DAqpQe5sAes=",
                  "WkdmL9ijF9lgSaP59HxV3GfKZgUbqjaD27GbL+CaB7A=",
                  "lK+4osoFHAVFjqOdzRmxvWjn4zUp8QtDnSphWlH2NuI="}));
}

TEST_CASE("EveryEntryOfEverySizeIsProvenAndNothingElse") {
  for (std::uint64_t size = 1; size <= 40; ++size) {
    const auto state = StateOf(size);
    for (std::uint64_t index = 0; index < size; ++index) {
      const auto leaf = HashLeaf(Entry(index));
      const auto proof = MUST(ProveInclusion(index, size, Subtree));
      MUST(VerifyInclusion(state, index, leaf, proof));
      MUST_FAIL(VerifyInclusion(state, index, HashLeaf(Entry(size)), proof), Errc::Invalid);
      MUST_FAIL(VerifyInclusion(state, size, leaf, proof), Errc::Invalid);
      if (size > 1) {
        MUST_FAIL(VerifyInclusion(state, (index + 1) % size, leaf, proof), Errc::Invalid);
      }
      RequireNoOther(proof, [&](const auto& p) { return VerifyInclusion(state, index, leaf, p); });
    }
  }
  MUST_FAIL(ProveInclusion(7, 7, Subtree), Errc::Invalid);
}

TEST_CASE("EveryTwoSizesAreConsistentAndNothingElseIs") {
  for (std::uint64_t newer = 1; newer <= 40; ++newer) {
    const auto state = StateOf(newer);
    for (std::uint64_t older = 0; older <= newer; ++older) {
      const auto before = StateOf(older);
      const auto proof = MUST(ProveConsistency(older, newer, Subtree));
      MUST(VerifyConsistency(before, state, proof));
      RequireNoOther(proof, [&](const auto& p) { return VerifyConsistency(before, state, p); });
      MUST_FAIL(VerifyConsistency({older, LogOf(newer + 1).Root()}, state, proof), Errc::Invalid);
      if (older > 0) {
        MUST_FAIL(VerifyConsistency(before, {newer, EmptyRoot()}, proof), Errc::Invalid);
      }
    }
  }
  MUST_FAIL(VerifyConsistency(StateOf(5), StateOf(4), {}), Errc::Invalid);
  MUST_FAIL(ProveConsistency(5, 4, Subtree), Errc::Invalid);
}
