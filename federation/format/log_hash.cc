#include "federation/format/log_hash.h"

#include <bit>

namespace banyan::federation {

namespace {

LogHash Finish(Sha256Hasher& hasher) { return LogHash::FromRaw(hasher.Finish().bytes()); }

}  // namespace

LogHash HashLeaf(ByteView entry) {
  Sha256Hasher hasher;
  const std::uint8_t leaf = 0;
  hasher.Update({&leaf, 1});
  hasher.Update(entry);
  return Finish(hasher);
}

LogHash HashNode(const LogHash& left, const LogHash& right) {
  Sha256Hasher hasher;
  const std::uint8_t node = 1;
  hasher.Update({&node, 1});
  hasher.Update(left.bytes());
  hasher.Update(right.bytes());
  return Finish(hasher);
}

LogHash EmptyRoot() { return LogHash::FromRaw(HashSha256({}).bytes()); }

Result<Frontier> Frontier::From(std::uint64_t size, std::vector<LogHash> hashes) {
  if (hashes.size() != static_cast<std::size_t>(std::popcount(size))) {
    return Error(Errc::Invalid, "frontier: " + std::to_string(hashes.size()) +
                                    " hashes do not stand for " + std::to_string(size) +
                                    " entries");
  }
  Frontier frontier;
  frontier.size_ = size;
  frontier.hashes_ = std::move(hashes);
  return frontier;
}

void Frontier::Append(const LogHash& leaf) {
  hashes_.push_back(leaf);
  // Each trailing one bit of the old size is a subtree that the new leaf completes.
  for (std::uint64_t bits = size_; (bits & 1) != 0; bits >>= 1) {
    const LogHash right = hashes_.back();
    hashes_.pop_back();
    hashes_.back() = HashNode(hashes_.back(), right);
  }
  ++size_;
}

LogHash Frontier::Root() const {
  if (hashes_.empty()) return EmptyRoot();
  LogHash root = hashes_.back();
  for (auto left = hashes_.rbegin() + 1; left != hashes_.rend(); ++left) {
    root = HashNode(*left, root);
  }
  return root;
}

}  // namespace banyan::federation
