#pragma once
// Turns the leaves of a growing log into its tiles. Holds the right edge only: at most 255 hashes a
// level. A value; used by one thread.

#include <vector>

#include "federation/format/log_proof.h"
#include "federation/format/tile.h"
#include "storage/base/bytes.h"

namespace banyan::federation {

struct TileData {
  Tile tile;
  Bytes hashes;  // 32 bytes each
};

class TileBuilder {
 public:
  void Append(const LogHash& leaf);
  std::uint64_t size() const { return frontier_.size(); }
  LogState state() const { return {frontier_.size(), frontier_.Root()}; }
  const Frontier& frontier() const { return frontier_; }

  // The tiles that became full since the last call, then the partial ones of now, levels ascending.
  std::vector<TileData> TakeTiles();

 private:
  struct Level {
    std::uint64_t full = 0;  // tiles before the edge
    std::vector<LogHash> edge;
  };
  void AppendAt(std::size_t level, const LogHash& hash);

  Frontier frontier_;
  std::vector<Level> levels_;
  std::vector<TileData> full_;
};

}  // namespace banyan::federation
