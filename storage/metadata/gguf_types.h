#pragma once
// Numbers of the GGUF format and their names, as ggml and llama.cpp publish them. Safe for
// concurrent use.

#include <cstdint>
#include <string>
#include <string_view>

namespace banyan::storage {

// Types of metadata values.
enum class GgufValueType : std::uint32_t {
  U8 = 0,
  I8 = 1,
  U16 = 2,
  I16 = 3,
  U32 = 4,
  I32 = 5,
  F32 = 6,
  Bool = 7,
  String = 8,
  Array = 9,
  U64 = 10,
  I64 = 11,
  F64 = 12,
};
// Bytes of a value; 0 for String and Array, whose length is in the file, and for unknown types.
std::uint64_t SizeOfGgufValue(std::uint32_t type);
// "u8", "string", ...; empty for an unknown type.
std::string_view NameOfGgufValue(std::uint32_t type);

// Tensors are stored in blocks of elements.
struct GgmlType {
  std::uint32_t id = 0;
  std::string_view name;  // "Q4_K"
  std::uint64_t block_elements = 1;
  std::uint64_t block_bytes = 0;
};
// nullptr for a type this program does not know: new ones appear every year.
const GgmlType* FindGgmlType(std::uint32_t id);
// Its name, or "type-77".
std::string NameOfGgmlType(std::uint32_t id);

// The name of a `general.file_type` ("Q4_K_M"), or "" when it is not known.
std::string_view NameOfGgufFileType(std::uint64_t file_type);

}  // namespace banyan::storage
