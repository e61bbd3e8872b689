#include "storage/base/bytes.h"

#include <openssl/evp.h>

#include <array>

namespace banyan {
namespace {

// The value of each character as a digit; -1: it is none.
constexpr std::array<std::int8_t, 256> MakeHexValues() {
  std::array<std::int8_t, 256> values{};
  values.fill(-1);
  for (int i = 0; i < 10; ++i)
    values[static_cast<std::size_t>('0' + i)] = static_cast<std::int8_t>(i);
  for (int i = 10; i < 16; ++i) {
    values[static_cast<std::size_t>('a' + i - 10)] = static_cast<std::int8_t>(i);
    values[static_cast<std::size_t>('A' + i - 10)] = static_cast<std::int8_t>(i);
  }
  return values;
}

int HexValue(char c) {
  static constexpr auto kValues = MakeHexValues();
  return kValues[static_cast<unsigned char>(c)];
}

}  // namespace

std::string ToHex(ByteView bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  out.reserve(bytes.size() * 2);
  for (const auto byte : bytes) {
    out.push_back(kDigits[byte >> 4]);
    out.push_back(kDigits[byte & 15]);
  }
  return out;
}

Result<Bytes> ParseHex(std::string_view hex) {
  if (hex.size() % 2 != 0) return Error(Errc::Invalid, "hex text has an odd number of digits");
  Bytes out(hex.size() / 2);
  int bad = 0;
  for (std::size_t i = 0; i < out.size(); ++i) {
    const int value = HexValue(hex[2 * i]) * 16 | HexValue(hex[2 * i + 1]);
    bad |= value;
    out[i] = static_cast<std::uint8_t>(value);
  }
  if (bad < 0) return Error(Errc::Invalid, "hex text has a character outside 0-9a-f");
  return out;
}

std::string ToBase64(ByteView bytes) {
  std::string out((bytes.size() + 2) / 3 * 4 + 1, '\0');
  const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()), bytes.data(),
                                   static_cast<int>(bytes.size()));
  out.resize(static_cast<std::size_t>(size));
  return out;
}

Result<Bytes> ParseBase64(std::string_view text) {
  const Error bad(Errc::Invalid, "text is not canonical base64");
  if (text.size() % 4 != 0) return bad;
  Bytes out(text.size() / 4 * 3);
  const int size = EVP_DecodeBlock(out.data(), reinterpret_cast<const unsigned char*>(text.data()),
                                   static_cast<int>(text.size()));
  if (size < 0) return bad;
  const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with("=") ? 1 : 0;
  out.resize(static_cast<std::size_t>(size) - padding);
  if (ToBase64(out) != text) return bad;
  return out;
}

void ByteWriter::Varint(std::uint64_t value) {
  while (value >= 0x80) {
    U8(static_cast<std::uint8_t>(value | 0x80));
    value >>= 7;
  }
  U8(static_cast<std::uint8_t>(value));
}

std::uint64_t ByteReader::Varint() {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    const std::uint8_t byte = U8();
    if (!ok_) return 0;
    const bool overflow = shift == 63 && byte > 1;
    const bool padded = byte == 0 && shift > 0;
    if (overflow || padded) break;
    value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
    if (byte < 0x80) return value;
  }
  ok_ = false;
  return 0;
}

ByteView ByteReader::Raw(std::size_t size) {
  if (!ok_ || size > in_.size()) {
    ok_ = false;
    in_ = {};
    return {};
  }
  const auto out = in_.first(size);
  in_ = in_.subspan(size);
  return out;
}

}  // namespace banyan
