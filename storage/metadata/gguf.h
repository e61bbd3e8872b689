#pragma once
// Headers of GGUF files, versions 2 and 3, little or big endian: magic and counts, typed key-value
// metadata, one description per tensor, then aligned data. Read through a window, so that a file
// of 50 GB costs the few megabytes of its tokenizer at most. Every count and length is checked
// against the bytes that are left in the file before memory is taken; tensors must lie inside the
// file and must not overlap. Pure functions, safe for concurrent use.

#include <map>
#include <optional>
#include <string>

#include "storage/base/json.h"
#include "storage/base/range_reader.h"

namespace banyan::storage {

// Headers of models with large vocabularies have 5 to 20 MB.
inline constexpr std::uint64_t kMaxGgufHeaderBytes = 64u << 20;
inline constexpr std::uint64_t kMaxGgufKeys = 65'536;
inline constexpr std::uint64_t kMaxGgufTensors = 262'144;
inline constexpr std::size_t kMaxChatTemplateBytes = 64u << 10;

struct GgufHeader {
  std::uint32_t version = 0;
  bool big_endian = false;
  std::uint64_t header_bytes = 0;  // up to where the tensors' data begins, padding included
  std::uint64_t tensor_count = 0;
  // Elements in all tensors of this file, in all and by type ("Q4_K", "F32", "type-77").
  std::uint64_t parameter_count = 0;
  std::map<std::string, std::uint64_t> parameters_by_type;

  std::string architecture;  // "llama"; empty when not given
  std::string quantisation;  // file_type, "Q4_K_M"; without one the type of most parameters
  std::optional<std::uint64_t> context_length;  // <architecture>.context_length
  bool has_tokenizer = false;
  std::string chat_template;      // empty when absent or longer than kMaxChatTemplateBytes
  std::string licence;            // general.license, an SPDX expression as written
  std::uint64_t split_count = 1;  // files that make up the model

  // The metadata itself as an object: numbers, booleans, short texts (up to 1 KiB) and short
  // lists (up to 32 entries); a longer list is {"list": "string", "count": 151936}. Texts that
  // are not UTF-8 are repaired. Bounded to 64 KiB; what is over is left out.
  Json metadata = Json::object();
  bool metadata_complete = true;
};

// Corrupt when the file breaks the format. Invalid when nothing is broken as far as it can be read,
// but there is what this reader does not know: another version, a type of values, a fifth
// dimension. TooLarge past a limit above. Or the reader's own error.
Result<GgufHeader> ReadGgufHeader(const FileRange& file);

}  // namespace banyan::storage
