#pragma once
// Headers of safetensors files: an 8-byte little-endian length, a JSON object, then the tensors'
// bytes (the published format of 2023 with its later dtypes). Only the header is read, so a file
// of 50 GB costs a few hundred kilobytes. Everything is checked that a loader would trust:
// lengths, shapes against spans, and that the tensors tile the rest of the file exactly. Pure
// functions, safe for concurrent use.

#include <map>
#include <set>
#include <string>
#include <string_view>

#include "storage/base/range_reader.h"

namespace banyan::storage {

// The format allows 100 MB; more than this has never been seen and is not worth reading.
inline constexpr std::uint64_t kMaxSafetensorsHeaderBytes = 25u << 20;

struct SafetensorsHeader {
  std::uint64_t header_bytes = 0;  // with the 8 bytes of length
  std::uint64_t tensor_count = 0;
  // Elements in all tensors, in all and by dtype ("BF16", "F8_E4M3", ...). Packed formats (GPTQ,
  // AWQ) store several weights in one I32 element; they are counted as stored.
  std::uint64_t parameter_count = 0;
  std::map<std::string, std::uint64_t> parameters_by_dtype;
  // `__metadata__`, up to kMaxMetadataBytes of keys and values; what is over is left out.
  std::map<std::string, std::string> metadata;
  bool metadata_complete = true;
};
inline constexpr std::size_t kMaxMetadataBytes = 64u << 10;

// Corrupt when the file breaks the format: no loader takes it. Invalid when nothing is broken, but
// there is what this reader does not know (a dtype, a field). TooLarge when its header is longer
// than we read. Or the reader's own error.
Result<SafetensorsHeader> ReadSafetensorsHeader(const FileRange& file);

// `*.safetensors.index.json` of a model in several files.
struct SafetensorsIndex {
  std::set<std::string> files;  // names next to the index, e.g. "model-00001-of-00002..."
  std::uint64_t tensor_count = 0;
  std::uint64_t total_size_bytes = 0;  // what the index claims; 0 when it does not say
};
// `json` is the whole file, at most 25 MiB. Corrupt when it is no such index, names a file outside
// its own folder, or more than 10,000 files; TooLarge.
Result<SafetensorsIndex> ParseSafetensorsIndex(std::string_view json);

}  // namespace banyan::storage
