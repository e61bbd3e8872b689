// What parses as a search tree node encodes to the same bytes and joins again from its pieces; its
// values parse as manifest or ref list entries or are refused, and those encode to the same bytes.

#include <algorithm>

#include "storage/history/manifest.h"
#include "storage/history/ref_list.h"

namespace banyan::storage {
namespace {

void TryValue(const std::string& value) {
  const auto entry = ParseManifestEntry(value);
  if (entry) {
    ENSURE(EncodeManifestEntry(*entry) == value);
    ENSURE(!entry->IsPointer() || entry->size_bytes > 0);
  }
  const auto ref = ParseRefListEntry(value);
  if (ref) ENSURE(EncodeRefListEntry(*ref) == value);
  const auto child = ParseChildRef(value);
  if (child) ENSURE(EncodeChildRef(*child) == value);
}

// Any node may stand in a store: reading through it ends and never leaves it.
void TryRead(const SearchNode& node, ByteView encoded) {
  MemoryNodes nodes;
  const Sha256 id = HashSha256(encoded);
  ENSURE(nodes.Store(id, Bytes(encoded.begin(), encoded.end())).has_value());
  SearchCursor cursor(nodes);
  std::size_t items = 0;
  auto status = cursor.Open(id);
  while (status && cursor.Valid() && items <= kMaxNodeItems) {
    ++items;
    status = cursor.Next();
  }
  ENSURE(node.level > 0 || items == node.items.size());
}

void TryInput(ByteView input) {
  const auto node = ParseNode(input);
  if (!node) return;
  const Bytes encoded = EncodeNode(*node);
  ENSURE(std::equal(encoded.begin(), encoded.end(), input.begin(), input.end()));
  Bytes joined;
  for (const auto piece : CutNode(encoded)) joined.insert(joined.end(), piece.begin(), piece.end());
  ENSURE(joined == encoded);
  for (const auto& item : node->items) TryValue(item.value);
  TryRead(*node, encoded);
}

}  // namespace
}  // namespace banyan::storage

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  banyan::storage::TryInput({data, size});
  banyan::storage::TryValue(std::string(banyan::AsText({data, size})));
  return 0;
}
