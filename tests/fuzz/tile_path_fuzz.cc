// What parses as the path of a tile prints to the same path, and is within what tiles may be.

#include "federation/format/tile.h"
#include "storage/base/bytes.h"
#include "storage/base/check.h"

namespace banyan::federation {
namespace {

void TryInput(ByteView input) {
  const auto tile = Tile::Parse(AsText(input));
  if (!tile) return;
  ENSURE(tile->Path() == AsText(input));
  ENSURE(tile->width >= 1 && tile->width <= kTileWidth);
  ENSURE(tile->level >= Tile::kEntries && tile->level <= Tile::kMaxLevel);
}

}  // namespace
}  // namespace banyan::federation

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  banyan::federation::TryInput({data, size});
  return 0;
}
