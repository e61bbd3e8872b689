#include "storage/base/json.h"
#include "storage/history/repository_metadata.h"

namespace banyan::storage {
namespace {

constexpr int kVersion = 1;
// Of what a safetensors file says about itself; texts beyond it are left out.
constexpr std::size_t kMaxShownTextBytes = 1024;
constexpr std::size_t kMaxShownBytes = 16u << 10;

OrderedJson LicencesJson(const std::vector<Licence>& licences) {
  auto list = OrderedJson::array();
  for (const auto& licence : licences) {
    OrderedJson osi = nullptr;
    if (licence.osi) osi = *licence.osi;
    list.push_back({{"declared", licence.declared},
                    {"id", licence.id},
                    {"expression", licence.expression},
                    {"name", licence.name},
                    {"kind", ToString(licence.kind)},
                    {"osi", osi},
                    {"flags", licence.flags}});
  }
  return list;
}

OrderedJson SafetensorsJson(const SafetensorsModel& model) {
  OrderedJson json = {{"parameters", model.parameters_by_dtype}, {"total", model.parameter_count}};
  std::size_t bytes = 0;
  for (const auto& [key, text] : model.metadata) {
    const auto size = key.size() + text.size();
    if (size > kMaxShownTextBytes || bytes + size > kMaxShownBytes) continue;
    bytes += size;
    json["metadata"][key] = text;
  }
  return json;
}

OrderedJson GgufJson(const GgufModel& model) {
  const auto& header = model.header;
  OrderedJson json = {{"total", header.parameter_count},
                      {"architecture", header.architecture},
                      {"quantisation", header.quantisation},
                      {"file", model.path}};
  if (header.context_length) json["context_length"] = *header.context_length;
  if (!header.chat_template.empty()) json["chat_template"] = header.chat_template;
  return json;
}

}  // namespace

OrderedJson ToJson(const RepositoryMetadata& metadata) {
  OrderedJson json = {
      {"version", kVersion},
      {"title", metadata.title},
      {"description", metadata.description},
      {"licences", LicencesJson(metadata.licences)},
      {"embedded_licences", metadata.embedded_licences},
      {"licence_files", metadata.licence_files},
      {"languages", metadata.languages},
      {"base_models", metadata.base_models},
      {"base_model_relation", metadata.base_model_relation},
      {"datasets", metadata.datasets},
      {"tags", metadata.tags},
      {"problems", metadata.problems},
      {"card_is_readable", metadata.card_is_readable},
  };
  const auto& model = metadata.model;
  if (!model.architectures.empty() || !model.model_type.empty()) {
    json["config"] = {{"architectures", model.architectures}, {"model_type", model.model_type}};
  }
  if (model.safetensors) json["safetensors"] = SafetensorsJson(*model.safetensors);
  if (model.gguf) json["gguf"] = GgufJson(*model.gguf);
  json["cardData"] = metadata.card.data;
  return json;
}

}  // namespace banyan::storage
