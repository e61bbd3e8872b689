#include "node/node_seed.h"

#include <algorithm>

namespace banyan::node {

Status RequirePrivateFile(FileSystem& fs, const std::string& path) {
  const auto stat = TRY(fs.Stat(path));
  if (!stat.is_ours) {
    return Error(Errc::Denied, path + ": belongs to another user; run the node as its owner");
  }
  if (!stat.is_private) {
    return Error(Errc::Denied, path + ": others may read or change it; run: chmod 600 " + path);
  }
  return Ok();
}

Result<NodeSeed> NodeSeed::OpenOrCreate(FileSystem& fs, Random& random, const std::string& path) {
  Secret seed{};
  const auto stat = fs.Stat(path);
  if (!stat && stat.error().code() == Errc::NotFound) {
    random.Fill(seed);
    TRY(WriteFileDurably(fs, path, seed));
    return NodeSeed(seed);
  }
  if (!stat) return stat.error();
  TRY(RequirePrivateFile(fs, path));
  const Bytes bytes = TRY(ReadFile(fs, path, seed.size()));
  if (bytes.size() != seed.size()) {
    return Error(Errc::Corrupt, path + ": not 32 bytes; restore it from a backup");
  }
  std::copy(bytes.begin(), bytes.end(), seed.begin());
  return NodeSeed(seed);
}

Secret NodeSeed::Derive(std::string_view label) const { return DeriveSecret(seed_, label); }

}  // namespace banyan::node
