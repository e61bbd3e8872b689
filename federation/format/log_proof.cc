#include "federation/format/log_proof.h"

#include <bit>

namespace banyan::federation {

namespace {

constexpr const char* kWrong = "the proof does not lead to the root";

// The way up from a leaf at `node` in a tree whose last leaf is `last`.
struct Climb {
  std::uint64_t node;
  std::uint64_t last;

  bool Done() const { return last == 0; }
  // True when the sibling is on the left.
  bool HasLeftSibling() const { return (node & 1) != 0 || node == last; }
  void Up() {
    node >>= 1;
    last >>= 1;
  }
  // A node without a right sibling is its parent, until it is somebody's right sibling.
  void SkipLonely() {
    while ((node & 1) == 0 && node != 0) Up();
  }
};

// The entries [begin, end) of a list whose other entries lie outside.
struct Range {
  std::uint64_t begin;
  std::uint64_t end;
  std::uint64_t size() const { return end - begin; }
  // The largest power of two below the size, after `begin`.
  std::uint64_t Middle() const { return begin + std::bit_floor(size() - 1); }
};

// Ranges that the proofs ask for begin at a multiple of the power of two that spans them.
Result<LogHash> HashRange(const Range& range, const SubtreeReader& subtree) {
  if (std::has_single_bit(range.size())) {
    return subtree(std::countr_zero(range.size()), range.begin / range.size());
  }
  const LogHash left = TRY(HashRange({range.begin, range.Middle()}, subtree));
  const LogHash right = TRY(HashRange({range.Middle(), range.end}, subtree));
  return HashNode(left, right);
}

}  // namespace

Status VerifyInclusion(const LogState& state, std::uint64_t index, const LogHash& leaf,
                       std::span<const LogHash> proof) {
  if (index >= state.size) return Error(Errc::Invalid, "no such entry in a log of this size");
  Climb climb{index, state.size - 1};
  LogHash hash = leaf;
  for (const auto& sibling : proof) {
    if (climb.Done()) return Error(Errc::Invalid, kWrong);
    if (climb.HasLeftSibling()) {
      hash = HashNode(sibling, hash);
      climb.SkipLonely();
    } else {
      hash = HashNode(hash, sibling);
    }
    climb.Up();
  }
  if (!climb.Done() || hash != state.root) return Error(Errc::Invalid, kWrong);
  return Ok();
}

Status VerifyConsistency(const LogState& older, const LogState& newer,
                         std::span<const LogHash> proof) {
  if (older.size > newer.size) return Error(Errc::Invalid, "the older log is the longer one");
  if (older.size == 0 || older.size == newer.size) {
    const bool equal = older.size == 0 ? older.root == EmptyRoot() : older.root == newer.root;
    return equal && proof.empty() ? Ok() : Status(Error(Errc::Invalid, kWrong));
  }
  // The older root itself is left out of the proof when it is a node of the newer tree.
  const bool whole = std::has_single_bit(older.size);
  if (!whole && proof.empty()) return Error(Errc::Invalid, kWrong);
  LogHash first = whole ? older.root : proof.front();
  LogHash second = first;
  if (!whole) proof = proof.subspan(1);
  Climb climb{older.size - 1, newer.size - 1};
  while ((climb.node & 1) != 0) climb.Up();
  for (const auto& sibling : proof) {
    if (climb.Done()) return Error(Errc::Invalid, kWrong);
    if (climb.HasLeftSibling()) {
      first = HashNode(sibling, first);
      second = HashNode(sibling, second);
      climb.SkipLonely();
    } else {
      second = HashNode(second, sibling);
    }
    climb.Up();
  }
  if (!climb.Done() || first != older.root || second != newer.root) {
    return Error(Errc::Invalid, kWrong);
  }
  return Ok();
}

Result<LogProof> ProveInclusion(std::uint64_t index, std::uint64_t size,
                                const SubtreeReader& subtree) {
  if (index >= size) return Error(Errc::Invalid, "no such entry in a log of this size");
  LogProof down;  // from the root to the leaf
  for (Range range{0, size}; range.size() > 1;) {
    const Range left{range.begin, range.Middle()};
    const Range right{range.Middle(), range.end};
    const bool goes_left = index < range.Middle();
    down.push_back(TRY(HashRange(goes_left ? right : left, subtree)));
    range = goes_left ? left : right;
  }
  return LogProof(down.rbegin(), down.rend());
}

Result<LogProof> ProveConsistency(std::uint64_t older, std::uint64_t newer,
                                  const SubtreeReader& subtree) {
  if (older > newer) return Error(Errc::Invalid, "the older log is the longer one");
  if (older == 0 || older == newer) return LogProof{};
  LogProof down;
  Range range{0, newer};
  while (older != range.end) {
    const Range left{range.begin, range.Middle()};
    const Range right{range.Middle(), range.end};
    const bool goes_left = older <= range.Middle();
    down.push_back(TRY(HashRange(goes_left ? right : left, subtree)));
    range = goes_left ? left : right;
  }
  if (range.begin != 0) down.push_back(TRY(HashRange(range, subtree)));
  return LogProof(down.rbegin(), down.rend());
}

}  // namespace banyan::federation
