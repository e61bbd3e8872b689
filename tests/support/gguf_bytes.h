#pragma once
// Writes GGUF headers, good and bad.

#include <string_view>
#include <vector>

#include "storage/metadata/gguf.h"
#include "storage/metadata/gguf_types.h"
#include "tests/support/bytes_file.h"

namespace banyan {

// Writes GGUF bytes in either byte order.
class GgufBytes {
 public:
  explicit GgufBytes(std::uint32_t version = 3, bool big_endian = false) : big_(big_endian) {
    out_.Raw(AsBytes("GGUF"));
    Number(version);
  }
  template <typename T>
  GgufBytes& Number(T value) {
    Bytes raw(sizeof(T));
    for (std::size_t i = 0; i < sizeof(T); ++i) {
      raw[big_ ? sizeof(T) - 1 - i : i] = static_cast<std::uint8_t>(value >> (8 * i));
    }
    out_.Raw(raw);
    return *this;
  }
  GgufBytes& Counts(std::uint64_t tensors, std::uint64_t keys) {
    return Number(tensors).Number(keys);
  }
  GgufBytes& Text(std::string_view text) {
    Number<std::uint64_t>(text.size());
    out_.Raw(AsBytes(text));
    return *this;
  }
  GgufBytes& Key(std::string_view key, storage::GgufValueType type) {
    return Text(key).Number(static_cast<std::uint32_t>(type));
  }
  GgufBytes& Key(std::string_view key, std::string_view text) {
    return Key(key, storage::GgufValueType::String).Text(text);
  }
  GgufBytes& Key(std::string_view key, std::uint32_t value) {
    return Key(key, storage::GgufValueType::U32).Number(value);
  }
  GgufBytes& List(std::string_view key, storage::GgufValueType type, std::uint64_t count) {
    return Key(key, storage::GgufValueType::Array)
        .Number(static_cast<std::uint32_t>(type))
        .Number(count);
  }
  GgufBytes& Tensor(std::string_view name, std::vector<std::uint64_t> shape, std::uint32_t type,
                    std::uint64_t offset) {
    Text(name).Number(static_cast<std::uint32_t>(shape.size()));
    for (const auto extent : shape) Number(extent);
    return Number(type).Number(offset);
  }
  Result<storage::GgufHeader> Read(std::uint64_t data_bytes = 0) const {
    const BytesFile file{out_.bytes(), data_bytes};
    return storage::ReadGgufHeader(file.Range());
  }
  const Bytes& bytes() const { return out_.bytes(); }

 private:
  const bool big_;
  ByteWriter out_;
};

}  // namespace banyan
