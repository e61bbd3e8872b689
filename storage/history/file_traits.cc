#include "storage/history/file_traits.h"

#include <algorithm>
#include <map>
#include <set>

#include "storage/base/ascii_case.h"

namespace banyan::storage {
namespace {

std::string_view NameOf(std::string_view path) { return path.substr(path.rfind('/') + 1); }

// ".gz" and the like are not looked through.
std::string_view ExtensionOf(std::string_view name) {
  const auto dot = name.rfind('.');
  return dot == std::string_view::npos ? std::string_view() : name.substr(dot + 1);
}

struct WeightPattern {
  std::string_view format;
  std::string_view prefix;
  std::string_view suffix;
};
constexpr WeightPattern kWeights[] = {
    {"safetensors", "", ".safetensors"},
    {"gguf", "", ".gguf"},
    {"onnx", "", ".onnx"},
    {"pytorch", "pytorch_model", ".bin"},
    {"pytorch", "adapter_model", ".bin"},
    {"pytorch", "", ".pt"},
    {"pytorch", "", ".pth"},
    {"pytorch", "", ".ckpt"},
    {"tf", "tf_model", ".h5"},
    {"tf", "saved_model", ".pb"},
    {"jax", "flax_model", ".msgpack"},
    {"openvino", "openvino_model", ".xml"},
    {"tflite", "", ".tflite"},
    {"keras", "", ".keras"},
};

struct DataPattern {
  std::string_view extension;
  std::string_view format;
};
constexpr DataPattern kData[] = {
    {"parquet", "parquet"},  {"csv", "csv"},          {"tsv", "csv"},
    {"json", "json"},        {"jsonl", "json"},       {"ndjson", "json"},
    {"arrow", "arrow"},      {"txt", "text"},         {"tar", "webdataset"},
    {"jpg", "imagefolder"},  {"jpeg", "imagefolder"}, {"png", "imagefolder"},
    {"webp", "imagefolder"}, {"wav", "audiofolder"},  {"mp3", "audiofolder"},
    {"flac", "audiofolder"}, {"ogg", "audiofolder"},  {"opus", "audiofolder"},
};

// Files of a dataset repository that are not data.
bool IsAboutDataset(std::string_view name) {
  return name.starts_with('.') || name == "dataset_infos.json" || name == "README.txt" ||
         name == "requirements.txt" || name == "LICENSE.txt";
}

}  // namespace

std::vector<std::string> WeightFormats(const std::vector<RevisionFile>& files) {
  std::set<std::string_view> found;
  for (const auto& file : files) {
    const auto name = NameOf(file.path);
    for (const auto& pattern : kWeights) {
      if (name.starts_with(pattern.prefix) && name.ends_with(pattern.suffix)) {
        found.insert(pattern.format);
      }
    }
  }
  std::vector<std::string> formats;
  for (const auto& pattern : kWeights) {
    if (found.erase(pattern.format) > 0) formats.emplace_back(pattern.format);
  }
  return formats;
}

std::string DataFormat(const std::vector<RevisionFile>& files) {
  std::map<std::string_view, std::size_t> counts;
  for (const auto& file : files) {
    const auto name = NameOf(file.path);
    if (IsAboutDataset(name)) continue;
    const auto extension = LowerAscii(ExtensionOf(name));
    for (const auto& pattern : kData) {
      if (pattern.extension == extension) ++counts[pattern.format];
    }
  }
  std::string best;
  std::size_t most = 0;
  for (const auto& [format, count] : counts) {
    if (count > most) best = format;
    most = std::max(most, count);
  }
  return best;
}

std::string InferLibrary(const std::vector<RevisionFile>& files) {
  std::set<std::string_view> paths;
  for (const auto& file : files) paths.insert(file.path);
  const auto formats = WeightFormats(files);
  const auto has_format = [&](std::string_view format) {
    return std::find(formats.begin(), formats.end(), format) != formats.end();
  };
  if (paths.contains("adapter_config.json")) return "peft";
  if (paths.contains("model_index.json")) return "diffusers";
  if (paths.contains("config_sentence_transformers.json") || paths.contains("modules.json")) {
    return "sentence-transformers";
  }
  const bool weights =
      has_format("safetensors") || has_format("pytorch") || has_format("tf") || has_format("jax");
  if (paths.contains("config.json") && weights) return "transformers";
  for (const std::string_view format : {"gguf", "onnx", "openvino", "keras", "tflite"}) {
    if (has_format(format)) return std::string(format);
  }
  return "";
}

std::vector<std::string> LicenceFiles(const std::vector<RevisionFile>& files) {
  std::vector<std::string> found;
  for (const auto& file : files) {
    if (file.path.find('/') != std::string::npos) continue;
    const auto name = LowerAscii(file.path);
    for (const std::string_view prefix :
         {"license", "licence", "copying", "notice", "use_policy", "eula"}) {
      if (name.starts_with(prefix)) found.push_back(file.path);
    }
  }
  std::sort(found.begin(), found.end());
  found.resize(std::min<std::size_t>(found.size(), 32));
  return found;
}

}  // namespace banyan::storage
