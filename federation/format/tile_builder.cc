#include "federation/format/tile_builder.h"

#include <utility>

namespace banyan::federation {
namespace {

Bytes Join(const std::vector<LogHash>& hashes) {
  ByteWriter out;
  for (const auto& hash : hashes) out.Raw(hash.bytes());
  return out.Take();
}

LogHash RootOf(const std::vector<LogHash>& hashes) {
  Frontier frontier;
  for (const auto& hash : hashes) frontier.Append(hash);
  return frontier.Root();
}

}  // namespace

void TileBuilder::Append(const LogHash& leaf) {
  frontier_.Append(leaf);
  AppendAt(0, leaf);
}

void TileBuilder::AppendAt(std::size_t level, const LogHash& hash) {
  if (level == levels_.size()) levels_.emplace_back();
  Level& here = levels_[level];
  here.edge.push_back(hash);
  if (here.edge.size() < kTileWidth) return;
  full_.push_back({{static_cast<int>(level), here.full, kTileWidth}, Join(here.edge)});
  ++here.full;
  const LogHash root = RootOf(std::exchange(here.edge, {}));
  AppendAt(level + 1, root);
}

std::vector<TileData> TileBuilder::TakeTiles() {
  std::vector<TileData> tiles = std::exchange(full_, {});
  for (std::size_t level = 0; level < levels_.size(); ++level) {
    const Level& here = levels_[level];
    if (here.edge.empty()) continue;
    const auto width = static_cast<unsigned>(here.edge.size());
    tiles.push_back({{static_cast<int>(level), here.full, width}, Join(here.edge)});
  }
  return tiles;
}

}  // namespace banyan::federation
