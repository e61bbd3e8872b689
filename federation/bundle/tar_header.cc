#include "federation/bundle/tar_header.h"

#include <algorithm>
#include <numeric>
#include <span>

namespace banyan::federation {
namespace {

// Fields of the header: where, and how long.
struct Field {
  std::size_t at;
  std::size_t size;
};
constexpr Field kName{0, 100};
constexpr Field kMode{100, 8};
constexpr Field kOwner{108, 8};
constexpr Field kGroup{116, 8};
constexpr Field kSize{124, 12};
constexpr Field kTime{136, 12};
constexpr Field kChecksum{148, 8};
constexpr Field kType{156, 1};
constexpr Field kMagic{257, 8};
constexpr Field kPrefix{345, 155};
constexpr std::string_view kUstar{"ustar\00000", 8};

void PutText(Bytes& block, Field field, std::string_view text) {
  ENSURE(text.size() <= field.size);
  std::copy(text.begin(), text.end(), block.begin() + static_cast<std::ptrdiff_t>(field.at));
}

// Octal digits and a zero byte.
void PutNumber(Bytes& block, Field field, std::uint64_t value) {
  std::string digits(field.size - 1, '0');
  for (auto at = digits.rbegin(); at != digits.rend(); ++at, value >>= 3) {
    *at = static_cast<char>('0' + (value & 7));
  }
  ENSURE(value == 0);
  PutText(block, field, digits);
}

std::string_view FieldText(ByteView block, Field field) {
  const auto text = AsText(block.subspan(field.at, field.size));
  return text.substr(0, text.find('\0'));
}

std::optional<std::uint64_t> FieldNumber(ByteView block, Field field) {
  auto text = FieldText(block, field);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  if (text.empty()) return std::nullopt;
  std::uint64_t value = 0;
  for (const char c : text) {
    if (c < '0' || c > '7') return std::nullopt;
    value = value << 3 | static_cast<std::uint64_t>(c - '0');
  }
  return value;
}

// Of all bytes, those of the checksum counted as spaces.
std::uint64_t Checksum(ByteView block) {
  const auto sum = [&](std::size_t from, std::size_t until) {
    const auto part = block.subspan(from, until - from);
    return std::accumulate(part.begin(), part.end(), std::uint64_t{0});
  };
  return sum(0, kChecksum.at) + sum(kChecksum.at + kChecksum.size, kTarBlockBytes) +
         kChecksum.size * std::uint64_t{' '};
}

}  // namespace

Bytes RenderTarHeader(const TarFile& file) {
  ENSURE(!file.name.empty() && file.size_bytes < kMaxTarFileBytes);
  Bytes block(kTarBlockBytes);
  PutText(block, kName, file.name);
  PutNumber(block, kMode, 0644);
  PutNumber(block, kOwner, 0);
  PutNumber(block, kGroup, 0);
  PutNumber(block, kSize, file.size_bytes);
  PutNumber(block, kTime, 0);
  PutText(block, kType, "0");
  PutText(block, kMagic, kUstar);
  PutNumber(block, {kChecksum.at, kChecksum.size - 1}, Checksum(block));
  block[kChecksum.at + kChecksum.size - 1] = ' ';
  return block;
}

Result<std::optional<TarFile>> ParseTarHeader(ByteView block) {
  const Error broken(Errc::Invalid, "not an archive of a bundle, or a damaged one");
  if (block.size() != kTarBlockBytes) return broken;
  if (std::ranges::all_of(block, [](std::uint8_t byte) { return byte == 0; })) {
    return std::optional<TarFile>();
  }
  const auto size = FieldNumber(block, kSize);
  TarFile file{std::string(FieldText(block, kName)), size.value_or(0)};
  const bool is_regular = FieldText(block, kType) == "0" && FieldText(block, kPrefix).empty();
  const bool is_ustar = AsText(block.subspan(kMagic.at, kMagic.size)) == kUstar;
  if (!size || file.size_bytes >= kMaxTarFileBytes || file.name.empty() || !is_regular ||
      !is_ustar || FieldNumber(block, kChecksum) != Checksum(block)) {
    return broken;
  }
  return std::optional(std::move(file));
}

}  // namespace banyan::federation
