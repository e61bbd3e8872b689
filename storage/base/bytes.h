#pragma once
// Byte strings: views, hex, base64, fixed-width little-endian fields, and a bounded reader for
// untrusted input. All functions are pure and safe for concurrent use.

#include <bit>
#include <concepts>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "storage/base/result.h"

namespace banyan {

using Bytes = std::vector<std::uint8_t>;
using ByteView = std::span<const std::uint8_t>;

inline ByteView AsBytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
inline std::string_view AsText(ByteView bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// Lower-case hex; ParseHex also takes upper case and fails with Invalid on anything else.
std::string ToHex(ByteView bytes);
Result<Bytes> ParseHex(std::string_view hex);

// RFC 4648 section 4 with padding; ParseBase64 is strict (no white space, canonical padding).
std::string ToBase64(ByteView bytes);
Result<Bytes> ParseBase64(std::string_view text);

// Little-endian loads and stores of unsigned integers; `at` must have sizeof(T) bytes.
template <std::unsigned_integral T>
T LoadLe(const std::uint8_t* at) {
  static_assert(std::endian::native == std::endian::little);
  T value;
  std::memcpy(&value, at, sizeof(T));
  return value;
}
template <std::unsigned_integral T>
void StoreLe(std::uint8_t* at, T value) {
  std::memcpy(at, &value, sizeof(T));
}

// Appends fields to a byte string.
class ByteWriter {
 public:
  template <std::unsigned_integral T>
  void Le(T value) {
    const auto at = out_.size();
    out_.resize(at + sizeof(T));
    StoreLe(out_.data() + at, value);
  }
  void U8(std::uint8_t value) { out_.push_back(value); }
  // LEB128: seven bits a byte, least significant first.
  void Varint(std::uint64_t value);
  void Raw(ByteView bytes) { out_.insert(out_.end(), bytes.begin(), bytes.end()); }
  const Bytes& bytes() const { return out_; }
  Bytes Take() { return std::move(out_); }

 private:
  Bytes out_;
};

// Reads fields from untrusted bytes. A read past the end gives zeros and clears ok(), so a parser
// may read a whole record and test ok() once. The view must outlive the reader.
class ByteReader {
 public:
  explicit ByteReader(ByteView in) : in_(in) {}
  template <std::unsigned_integral T>
  T Le() {
    const auto field = Raw(sizeof(T));
    return field.size() == sizeof(T) ? LoadLe<T>(field.data()) : T{0};
  }
  std::uint8_t U8() { return Le<std::uint8_t>(); }
  // Accepts only the shortest form of at most 64 bits.
  std::uint64_t Varint();
  // The next `size` bytes, or an empty view (and ok() false) if fewer are left.
  ByteView Raw(std::size_t size);
  bool ok() const { return ok_; }
  std::size_t remaining() const { return in_.size(); }
  // True when everything was read and nothing failed.
  bool AtEnd() const { return ok_ && in_.empty(); }

 private:
  ByteView in_;
  bool ok_ = true;
};

}  // namespace banyan
