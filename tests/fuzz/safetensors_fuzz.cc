// A header that is accepted must describe exactly the bytes of the file. The same input is tried
// as the index of a model in several files.
#include <cstdint>

#include "storage/base/check.h"
#include "storage/metadata/safetensors.h"
#include "tests/support/bytes_file.h"

using namespace banyan;
using namespace banyan::storage;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const BytesFile file{{data, data + size}};
  if (const auto header = ReadSafetensorsHeader(file.Range())) {
    ENSURE(header->header_bytes <= size);
    // No dtype stores more than two elements in a byte.
    ENSURE(header->parameter_count <= 2 * (size - header->header_bytes));
    std::uint64_t sum = 0;
    for (const auto& [dtype, count] : header->parameters_by_dtype) sum += count;
    ENSURE(sum == header->parameter_count);
  }
  ENSURE(file.read_bytes <= size);
  const std::string_view json(reinterpret_cast<const char*>(data), size);
  if (const auto index = ParseSafetensorsIndex(json)) {
    for (const auto& name : index->files) ENSURE(name.find('/') == std::string::npos);
  }
  return 0;
}
