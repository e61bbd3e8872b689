#pragma once
// What the weight files of a revision say, taken together: which of them make up the model, how
// many parameters it has, and what its configuration names. Safe for concurrent use.

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "storage/history/revision_view.h"
#include "storage/metadata/gguf.h"
#include "storage/metadata/safetensors.h"

namespace banyan::storage {

// All headers of one revision together; a model of 163 files has about 10 MB.
inline constexpr std::uint64_t kMaxHeaderBytesPerRevision = 64u << 20;
inline constexpr std::size_t kMaxModelShards = 2000;

struct SafetensorsModel {
  std::uint64_t parameter_count = 0;
  std::map<std::string, std::uint64_t> parameters_by_dtype;
  std::uint64_t tensor_count = 0;
  std::uint64_t file_count = 0;
  std::map<std::string, std::string> metadata;  // of the first file
};

struct GgufModel {
  std::string path;   // the file shown, or the first of several that make up one model
  GgufHeader header;  // its own; counts are the sum over all of them
};

struct ModelFiles {
  std::optional<SafetensorsModel> safetensors;  // nullopt: none, or not all readable
  std::optional<GgufModel> gguf;
  // From config.json, at most 16 architectures.
  std::string model_type;
  std::vector<std::string> architectures;
  bool is_quantised = false;  // config.json has quantization_config
  bool runs_code = false;     // config.json has auto_map: loading runs code of the repository
  std::vector<std::string> problems;  // "path: what is wrong"
};

// Reads headers only. Safetensors: at the top level model.safetensors, or the files of
// model.safetensors.index.json, or adapter_model.safetensors, or the only such file. GGUF: the
// first file in byte order, those at the top level first and projectors ("mmproj") left out,
// with its other parts. A file that is malformed or too large becomes a problem, one that is not
// here is left out; other errors (Io, Unavailable, Cancelled) end the reading.
Result<ModelFiles> ReadModelFiles(const RevisionView& revision,
                                  std::uint64_t max_header_bytes = kMaxHeaderBytesPerRevision);

}  // namespace banyan::storage
