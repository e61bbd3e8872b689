// What parses encodes to the same bytes and proves the file of its own root, and no other shape.

#include <algorithm>

#include "storage/content/outline.h"

namespace banyan::storage {
namespace {

void TryInput(ByteView input) {
  const auto outline = ParseOutline(input, 100000);
  if (!outline) return;
  const auto encoded = EncodeOutline(*outline);
  ENSURE(std::equal(encoded.begin(), encoded.end(), input.begin(), input.end()));
  const auto root = MerkleRoot(outline->sections);
  FileShape shape{HashFileOfRoot(root), root.size_bytes, root.chunk_count};
  ENSURE(OutlineProves(*outline, shape));
  ++shape.chunk_count;
  ENSURE(!OutlineProves(*outline, shape));
  ENSURE(!SectionProves(*outline, 0, {}));
}

}  // namespace
}  // namespace banyan::storage

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  banyan::storage::TryInput({data, size});
  return 0;
}
