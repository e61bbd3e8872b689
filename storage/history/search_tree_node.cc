#include "storage/history/search_tree_node.h"

#include "storage/content/shared_bytes.h"

namespace banyan::storage {
namespace {

constexpr std::uint8_t kVersion = 1;
constexpr int kBitsPerLevel = 10;
constexpr int kLevelsCutByKey = 4;
constexpr std::uint32_t kPieceItems = 16;  // on average

Error Damaged(std::string_view what) {
  return Error(Errc::Corrupt, "search tree node: " + std::string(what));
}

int LeadingZeroBits(const Sha256& digest) {
  int bits = 0;
  for (std::uint8_t byte : digest.bytes()) {
    if (byte != 0) return bits + std::countl_zero(byte);
    bits += 8;
  }
  return bits;
}

void PutText(ByteWriter& out, std::string_view text) {
  out.Varint(text.size());
  out.Raw(AsBytes(text));
}

}  // namespace

std::string EncodeChildRef(const ChildRef& child) {
  ByteWriter out;
  out.Raw(child.id.bytes());
  out.Varint(child.item_count);
  return std::string(AsText(out.bytes()));
}

Result<ChildRef> ParseChildRef(std::string_view value) {
  ByteReader in(AsBytes(value));
  const auto id = in.Raw(Sha256::kSize);
  ChildRef child;
  child.item_count = in.Varint();
  if (!in.AtEnd() || child.item_count == 0) return Damaged("malformed child");
  child.id = Sha256::FromRaw(id);
  return child;
}

bool EndsNode(std::string_view key, int level) {
  if (level >= kLevelsCutByKey) return false;
  return LeadingZeroBits(HashSha256(AsBytes(key))) >= kBitsPerLevel * (level + 1);
}

Bytes EncodeNode(const SearchNode& node) {
  ENSURE(node.level >= 0 && node.level <= kMaxTreeLevel && node.items.size() <= kMaxNodeItems);
  ByteWriter out;
  out.U8(kVersion);
  out.U8(static_cast<std::uint8_t>(node.level));
  out.Varint(node.items.size());
  for (const auto& item : node.items) {
    PutText(out, item.key);
    PutText(out, item.value);
  }
  return out.Take();
}

Result<SearchNode> ParseNode(ByteView bytes) {
  if (bytes.size() > kMaxNodeBytes) return Damaged("too large");
  ByteReader in(bytes);
  const std::uint8_t version = in.U8();
  SearchNode node;
  node.level = in.U8();
  const std::uint64_t count = in.Varint();
  if (!in.ok() || version != kVersion) return Damaged("unknown version");
  if (node.level > kMaxTreeLevel) return Damaged("too deep");
  // An item takes at least two bytes.
  if (count > kMaxNodeItems || count > in.remaining() / 2) return Damaged("wrong item count");
  if (count == 0 && node.level > 0) return Damaged("an inner node without children");
  node.items.reserve(count);
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::uint64_t key_size = in.Varint();
    if (key_size > kMaxKeyBytes) return Damaged("key too long");
    const auto key = AsText(in.Raw(key_size));
    const std::uint64_t value_size = in.Varint();
    if (value_size > kMaxValueBytes) return Damaged("value too long");
    const auto value = AsText(in.Raw(value_size));
    if (!in.ok()) return Damaged("truncated");
    if (i > 0 && key <= node.items.back().key) return Damaged("keys out of order");
    if (node.level > 0) TRY(ParseChildRef(value));
    node.items.push_back({std::string(key), std::string(value)});
  }
  if (!in.AtEnd()) return Damaged("bytes after the last item");
  return node;
}

Result<std::vector<Sha256>> ListChildren(ByteView encoded) {
  std::vector<Sha256> children;
  if (encoded.size() > 1 && encoded[1] == 0) return children;
  for (const auto& item : TRY(ParseNode(encoded)).items) {
    children.push_back(TRY(ParseChildRef(item.value)).id);
  }
  return children;
}

std::vector<ByteView> CutNode(ByteView encoded) {
  ByteReader in(encoded);
  in.Raw(2);
  const std::uint64_t count = in.Varint();
  // The header changes with the number of items: it is a piece of its own.
  std::size_t start = encoded.size() - in.remaining();
  std::vector<ByteView> pieces = {encoded.first(start)};
  for (std::uint64_t i = 0; i < count && in.ok(); ++i) {
    const auto key = AsText(in.Raw(in.Varint()));
    in.Raw(in.Varint());
    const std::size_t at = encoded.size() - in.remaining();
    if (!EndsPiece(key, kPieceItems) && i + 1 < count) continue;
    pieces.push_back(encoded.subspan(start, at - start));
    start = at;
  }
  return pieces;
}

}  // namespace banyan::storage
