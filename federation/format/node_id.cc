#include "federation/format/node_id.h"

namespace banyan::federation {

namespace {

constexpr std::string_view kAlphabet = "abcdefghijklmnopqrstuvwxyz234567";
constexpr std::size_t kTextSize = 52;
constexpr int kBits = 5;

}  // namespace

std::string NodeId::ToString() const {
  std::string out;
  std::uint32_t buffer = 0;
  int bits = 0;
  for (const auto byte : genesis_.bytes()) {
    buffer = buffer << 8 | byte;
    for (bits += 8; bits >= kBits; bits -= kBits) {
      out += kAlphabet[buffer >> (bits - kBits) & 31];
    }
  }
  out += kAlphabet[buffer << (kBits - bits) & 31];
  return out;
}

Result<NodeId> NodeId::Parse(std::string_view text) {
  const auto refused = Error(Errc::Invalid, "node id: expected 52 characters of a-z and 2-7");
  if (text.size() != kTextSize) return refused;
  Bytes raw;
  std::uint32_t buffer = 0;
  int bits = 0;
  for (const char c : text) {
    const auto value = kAlphabet.find(c);
    if (value == std::string_view::npos) return refused;
    buffer = buffer << kBits | static_cast<std::uint32_t>(value);
    bits += kBits;
    if (bits < 8) continue;
    bits -= 8;
    raw.push_back(static_cast<std::uint8_t>(buffer >> bits));
  }
  const NodeId id(LogHash::FromRaw(ByteView(raw).first(LogHash::kSize)));
  if (id.ToString() != text) return refused;
  return id;
}

}  // namespace banyan::federation
