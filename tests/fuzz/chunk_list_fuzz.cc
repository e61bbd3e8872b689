// What parses encodes to the same bytes, and its own outline proves every part of it.

#include <algorithm>

#include "storage/content/outline.h"

namespace banyan::storage {
namespace {

void TryInput(ByteView input) {
  const auto list = ParseChunkList(input, 100000);
  if (!list) return;
  const auto encoded = EncodeChunkList(*list);
  ENSURE(std::equal(encoded.begin(), encoded.end(), input.begin(), input.end()));
  const auto outline = MakeOutline(*list);
  FileShape shape{HashFile(*list), 0, list->size()};
  for (const auto& chunk : *list) shape.size_bytes += chunk.size_bytes;
  ENSURE(OutlineProves(outline, shape));
  for (std::size_t i = 0; i < outline.sections.size(); ++i) {
    ENSURE(SectionProves(outline, i, SectionChunks(outline, i, *list)));
  }
}

}  // namespace
}  // namespace banyan::storage

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  banyan::storage::TryInput({data, size});
  return 0;
}
