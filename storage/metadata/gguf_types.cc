#include "storage/metadata/gguf_types.h"

namespace banyan::storage {
namespace {

struct ValueType {
  std::string_view name;
  std::uint64_t size_bytes;
};
constexpr ValueType kValueTypes[] = {
    {"u8", 1},   {"i8", 1},     {"u16", 2},   {"i16", 2}, {"u32", 4}, {"i32", 4}, {"f32", 4},
    {"bool", 1}, {"string", 0}, {"array", 0}, {"u64", 8}, {"i64", 8}, {"f64", 8},
};

constexpr GgmlType kGgmlTypes[] = {
    {0, "F32", 1, 4},         {1, "F16", 1, 2},         {2, "Q4_0", 32, 18},
    {3, "Q4_1", 32, 20},      {6, "Q5_0", 32, 22},      {7, "Q5_1", 32, 24},
    {8, "Q8_0", 32, 34},      {9, "Q8_1", 32, 40},      {10, "Q2_K", 256, 84},
    {11, "Q3_K", 256, 110},   {12, "Q4_K", 256, 144},   {13, "Q5_K", 256, 176},
    {14, "Q6_K", 256, 210},   {15, "Q8_K", 256, 292},   {16, "IQ2_XXS", 256, 66},
    {17, "IQ2_XS", 256, 74},  {18, "IQ3_XXS", 256, 98}, {19, "IQ1_S", 256, 50},
    {20, "IQ4_NL", 32, 18},   {21, "IQ3_S", 256, 110},  {22, "IQ2_S", 256, 82},
    {23, "IQ4_XS", 256, 136}, {24, "I8", 1, 1},         {25, "I16", 1, 2},
    {26, "I32", 1, 4},        {27, "I64", 1, 8},        {28, "F64", 1, 8},
    {29, "IQ1_M", 256, 56},   {30, "BF16", 1, 2},       {34, "TQ1_0", 256, 54},
    {35, "TQ2_0", 256, 66},   {39, "MXFP4", 32, 17},    {40, "NVFP4", 64, 36},
    {41, "Q1_0", 128, 18},
};

// By number; empty where a type was removed.
constexpr std::string_view kFileTypes[] = {
    "F32",   "F16",     "Q4_0",      "Q4_1",   "",       "",        "",       "Q8_0",   "Q5_0",
    "Q5_1",  "Q2_K",    "Q3_K_S",    "Q3_K_M", "Q3_K_L", "Q4_K_S",  "Q4_K_M", "Q5_K_S", "Q5_K_M",
    "Q6_K",  "IQ2_XXS", "IQ2_XS",    "Q2_K_S", "IQ3_XS", "IQ3_XXS", "IQ1_S",  "IQ4_NL", "IQ3_S",
    "IQ3_M", "IQ2_S",   "IQ2_M",     "IQ4_XS", "IQ1_M",  "BF16",    "",       "",       "",
    "TQ1_0", "TQ2_0",   "MXFP4_MOE", "NVFP4",  "Q1_0",
};

}  // namespace

std::uint64_t SizeOfGgufValue(std::uint32_t type) {
  return type < std::size(kValueTypes) ? kValueTypes[type].size_bytes : 0;
}

std::string_view NameOfGgufValue(std::uint32_t type) {
  return type < std::size(kValueTypes) ? kValueTypes[type].name : std::string_view();
}

const GgmlType* FindGgmlType(std::uint32_t id) {
  for (const auto& type : kGgmlTypes) {
    if (type.id == id) return &type;
  }
  return nullptr;
}

std::string NameOfGgmlType(std::uint32_t id) {
  const auto* type = FindGgmlType(id);
  return type != nullptr ? std::string(type->name) : "type-" + std::to_string(id);
}

std::string_view NameOfGgufFileType(std::uint64_t file_type) {
  constexpr std::uint64_t kGuessed = 1024;  // a flag: not written in the file it came from
  const auto number = file_type & ~kGuessed;
  return number < std::size(kFileTypes) ? kFileTypes[number] : std::string_view();
}

}  // namespace banyan::storage
