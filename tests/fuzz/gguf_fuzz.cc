// A header that is accepted must lie inside the file, and its metadata must be valid JSON within
// its bound.
#include <cstdint>

#include "storage/base/check.h"
#include "storage/metadata/gguf.h"
#include "tests/support/bytes_file.h"

using namespace banyan;
using namespace banyan::storage;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const BytesFile file{{data, data + size}};
  const auto header = ReadGgufHeader(file.Range());
  if (!header) return 0;
  ENSURE(header->version == 2 || header->version == 3);
  ENSURE(header->tensor_count == 0 || header->header_bytes <= size + (1u << 20));
  ENSURE(ParseJson(header->metadata.dump()).has_value());
  std::uint64_t sum = 0;
  for (const auto& [type, count] : header->parameters_by_type) sum += count;
  ENSURE(sum == header->parameter_count);
  return 0;
}
