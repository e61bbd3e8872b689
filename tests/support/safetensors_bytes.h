#pragma once
// Writes safetensors files, good and bad.

#include <string>
#include <string_view>

#include "storage/base/bytes.h"

namespace banyan {

// A file with this header, whatever it says, and these bytes after it.
inline Bytes SafetensorsBytes(std::string_view header, ByteView data = {}) {
  ByteWriter out;
  out.Le<std::uint64_t>(header.size());
  out.Raw(AsBytes(header));
  out.Raw(data);
  return out.Take();
}

// A file that loads: one tensor of these bytes.
inline Bytes SafetensorsOf(ByteView data) {
  const auto size = std::to_string(data.size());
  return SafetensorsBytes(
      "{\"w\":{\"dtype\":\"U8\",\"shape\":[" + size + "],\"data_offsets\":[0," + size + "]}}",
      data);
}

}  // namespace banyan
