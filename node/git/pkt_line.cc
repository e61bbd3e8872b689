#include "node/git/pkt_line.h"

#include <fmt/format.h>

#include <charconv>

namespace banyan::node {
namespace {

constexpr std::size_t kLengthDigits = 4;

}  // namespace

std::string PacketLine(std::string_view text) {
  ENSURE(text.size() + kLengthDigits <= kMaxPacketBytes);
  return fmt::format("{:04x}", text.size() + kLengthDigits) + std::string(text);
}

Result<std::optional<Packet>> PacketReader::Next() {
  if (text_.empty()) return std::optional<Packet>();
  const auto digits = text_.substr(0, kLengthDigits);
  std::size_t length = 0;
  const auto* end = digits.data() + digits.size();
  const auto [stop, fault] = std::from_chars(digits.data(), end, length, 16);
  if (digits.size() < kLengthDigits || stop != end || fault != std::errc()) {
    return Error(Errc::Invalid, "a packet line begins with no length");
  }
  if (length == 3 || length > kMaxPacketBytes || length > text_.size()) {
    return Error(Errc::Invalid, "a packet line has a length of " + std::to_string(length));
  }
  Packet packet;
  if (length < kLengthDigits) {
    packet.kind = length == 0   ? Packet::Kind::Flush
                  : length == 1 ? Packet::Kind::Delimiter
                                : Packet::Kind::ResponseEnd;
    text_.remove_prefix(kLengthDigits);
    return std::optional(packet);
  }
  packet.kind = Packet::Kind::Data;
  packet.data = text_.substr(kLengthDigits, length - kLengthDigits);
  text_.remove_prefix(length);
  return std::optional(packet);
}

}  // namespace banyan::node
