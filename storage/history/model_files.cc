#include "storage/history/model_files.h"

#include <algorithm>
#include <charconv>

#include "storage/base/json.h"

namespace banyan::storage {
namespace {

constexpr std::uint64_t kMaxConfigBytes = 1u << 20;
constexpr std::size_t kMaxArchitectures = 16;
constexpr std::string_view kIndexPath = "model.safetensors.index.json";

bool IsTopLevel(std::string_view path) { return path.find('/') == std::string_view::npos; }

// "model-00001-of-00003.gguf" is the first of three parts.
struct Split {
  std::string_view stem;    // "model-"
  std::string_view digits;  // "00003"
  std::size_t count;
};
std::optional<Split> ParseFirstOfSplit(std::string_view path) {
  constexpr std::string_view kFirst = "00001-of-00000.gguf";
  if (path.size() <= kFirst.size()) return std::nullopt;
  const auto tail = path.substr(path.size() - kFirst.size());
  const auto digits = tail.substr(9, 5);
  std::size_t count = 0;
  const auto [end, failure] = std::from_chars(digits.begin(), digits.end(), count);
  const bool number = failure == std::errc() && end == digits.end();
  if (!tail.starts_with("00001-of-") || !tail.ends_with(".gguf") || !number) return std::nullopt;
  return Split{path.substr(0, path.size() - kFirst.size()), digits, count};
}

class ModelReader {
 public:
  ModelReader(const RevisionView& revision, std::uint64_t max_header_bytes)
      : revision_(revision), budget_bytes_(max_header_bytes) {}

  Result<ModelFiles> Read() {
    TRY(ReadConfig());
    TRY(ReadSafetensors());
    TRY(ReadGguf());
    return std::move(out_);
  }

 private:
  // Takes an error that is about one file's content; others go on to the caller.
  Status Note(const std::string& path, const Error& error) {
    if (!IsAboutContent(error)) return Error(error).Context(path);
    if (revision_.IsAbsent(path)) return Ok();
    out_.problems.push_back(path + ": " + error.message());
    return Ok();
  }

  // The file's range, charged to what may be read of one revision.
  FileRange Charged(const RevisionFile& file) {
    auto range = revision_.Range(file);
    range.read = [this, read = std::move(range.read)](std::uint64_t offset,
                                                      std::uint64_t size) -> Result<Bytes> {
      if (size > budget_bytes_) return Error(Errc::TooLarge, "headers are too long in all");
      budget_bytes_ -= size;
      return read(offset, size);
    };
    return range;
  }

  Status ReadConfig() {
    const auto* file = revision_.Find("config.json");
    if (file == nullptr) return Ok();
    const auto text = revision_.ReadText(*file, kMaxConfigBytes + 1);
    if (!text) return Note(file->path, text.error());
    const auto config = ParseJson(*text, {kMaxConfigBytes, 64});
    if (!config) return Note(file->path, config.error());
    out_.model_type = FindString(*config, "model_type").value_or("");
    out_.is_quantised = FindMember(*config, "quantization_config") != nullptr;
    out_.runs_code = FindMember(*config, "auto_map") != nullptr;
    const auto* architectures = FindMember(*config, "architectures");
    if (architectures == nullptr || !architectures->is_array()) return Ok();
    for (const auto& name : *architectures) {
      if (!name.is_string() || out_.architectures.size() == kMaxArchitectures) break;
      out_.architectures.push_back(name.get<std::string>());
    }
    return Ok();
  }

  // The files that together are the model; none when that is not clear.
  Result<std::vector<const RevisionFile*>> ChooseSafetensors() {
    std::vector<const RevisionFile*> chosen;
    if (const auto* whole = revision_.Find("model.safetensors")) return std::vector{whole};
    if (const auto* index = revision_.Find(kIndexPath)) {
      const auto text = TRY(revision_.ReadText(*index, kMaxSafetensorsHeaderBytes + 1));
      const auto parsed = TRY(ParseSafetensorsIndex(text));
      if (parsed.files.size() > kMaxModelShards) {
        return Error(Errc::TooLarge, "names more than 2,000 files");
      }
      std::map<std::string_view, const RevisionFile*> by_path;
      for (const auto& file : revision_.files) by_path[file.path] = &file;
      for (const auto& name : parsed.files) {
        const auto it = by_path.find(name);
        if (it == by_path.end()) {
          return Error(Errc::NotFound, "names '" + name + "', which is missing");
        }
        chosen.push_back(it->second);
      }
      return chosen;
    }
    if (const auto* adapter = revision_.Find("adapter_model.safetensors")) {
      return std::vector{adapter};
    }
    for (const auto& file : revision_.files) {
      const bool candidate = IsTopLevel(file.path) && file.path.ends_with(".safetensors");
      if (candidate) chosen.push_back(&file);
    }
    if (chosen.size() > 1) chosen.clear();
    return chosen;
  }

  Status ReadSafetensors() {
    const auto files = ChooseSafetensors();
    if (!files) return Note(std::string(kIndexPath), files.error());
    if (files->empty()) return Ok();
    SafetensorsModel model;
    for (const auto* file : *files) {
      const auto header = ReadSafetensorsHeader(Charged(*file));
      // A sum over some of the files would be a wrong number: none at all then.
      if (!header) return Note(file->path, header.error());
      if (model.file_count++ == 0) model.metadata = header->metadata;
      model.parameter_count += header->parameter_count;
      model.tensor_count += header->tensor_count;
      for (const auto& [dtype, count] : header->parameters_by_dtype) {
        model.parameters_by_dtype[dtype] += count;
      }
    }
    out_.safetensors = std::move(model);
    return Ok();
  }

  const RevisionFile* ChooseGguf() const {
    const RevisionFile* best = nullptr;
    const auto rank = [](const RevisionFile& file) {
      return std::pair(!IsTopLevel(file.path), std::string_view(file.path));
    };
    for (const auto& file : revision_.files) {
      if (!file.path.ends_with(".gguf")) continue;
      const auto name = std::string_view(file.path).substr(file.path.rfind('/') + 1);
      if (name.starts_with("mmproj")) continue;
      if (best == nullptr || rank(file) < rank(*best)) best = &file;
    }
    return best;
  }

  Status ReadGguf() {
    const auto* first = ChooseGguf();
    if (first == nullptr) return Ok();
    auto header = ReadGgufHeader(Charged(*first));
    if (!header) return Note(first->path, header.error());
    out_.gguf = GgufModel{first->path, *std::move(header)};
    if (const auto split = ParseFirstOfSplit(first->path)) {
      const auto added = AddParts(*split);
      if (!added) {
        out_.gguf.reset();
        return Note(first->path, added.error());
      }
    }
    return Ok();
  }

  Status AddParts(const Split& split) {
    if (split.count > kMaxModelShards) return Error(Errc::TooLarge, "has more than 2,000 parts");
    auto& total = out_.gguf->header;
    for (std::size_t part = 2; part <= split.count; ++part) {
      auto number = std::to_string(part);
      number.insert(0, 5 - number.size(), '0');
      const auto path =
          std::string(split.stem) + number + "-of-" + std::string(split.digits) + ".gguf";
      const auto* file = revision_.Find(path);
      if (file == nullptr) return Error(Errc::NotFound, "its part '" + path + "' is missing");
      const auto header = TRY(ReadGgufHeader(Charged(*file)).Context(path));
      total.parameter_count += header.parameter_count;
      total.tensor_count += header.tensor_count;
      for (const auto& [type, parameters] : header.parameters_by_type) {
        total.parameters_by_type[type] += parameters;
      }
    }
    return Ok();
  }

  const RevisionView& revision_;
  ModelFiles out_;
  std::uint64_t budget_bytes_;
};

}  // namespace

Result<ModelFiles> ReadModelFiles(const RevisionView& revision, std::uint64_t max_header_bytes) {
  return ModelReader(revision, max_header_bytes).Read();
}

}  // namespace banyan::storage
