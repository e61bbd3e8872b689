#include "cli/repository_list.h"

#include "cli/text.h"
#include "storage/base/json.h"

namespace banyan::cli {
namespace {

constexpr std::string_view kLicenceTag = "license:";

// Of safetensors or GGUF headers, as hubs report them.
std::string ParametersOf(const Json& item) {
  for (const char* format : {"safetensors", "gguf"}) {
    const auto* part = FindMember(item, format);
    const auto total = part == nullptr ? std::nullopt : FindInt(*part, "total");
    if (total && *total > 0) return FormatShortCount(static_cast<std::uint64_t>(*total));
  }
  return "";
}

}  // namespace

std::string LicenceOf(const Json& item) {
  if (auto licence = FindString(item, "licence")) return *licence;
  const auto* tags = FindMember(item, "tags");
  if (tags == nullptr || !tags->is_array()) return "";
  std::string licences;
  for (const auto& tag : *tags) {
    if (!tag.is_string()) continue;
    const auto& text = tag.get_ref<const std::string&>();
    if (!text.starts_with(kLicenceTag)) continue;
    licences += (licences.empty() ? "" : ", ") + text.substr(kLicenceTag.size());
  }
  return licences;
}

std::string LicenceText(const std::string& licence) {
  if (licence.empty()) return "none declared";
  return licence == "NOASSERTION" ? "cannot be read" : licence;
}

std::string StandingText(const Json& standing) {
  std::string text = FindString(standing, "status").value_or("");
  if (const auto reason = FindString(standing, "reason")) text += ", " + *reason;
  std::string countries;
  for (const auto& country : standing.value("scope", Json::array())) {
    if (country.is_string()) countries += " " + country.get<std::string>();
  }
  return countries.empty() ? text : text + ", in" + countries;
}

std::string StandingOf(const Json& item) {
  const auto* standing = FindMember(item, "standing");
  if (standing == nullptr || FindString(*standing, "status").value_or("live") == "live") return "";
  return StandingText(*standing);
}

std::string DateOf(const Json& item, std::string_view member) {
  return FindString(item, member).value_or("").substr(0, 10);
}

RepositoryList::RepositoryList()
    : table_({{"NAME", false, true},
              {"LICENCE", false, true},
              {"TASK", false, true},
              {"PARAMETERS", true},
              {"DOWNLOADS", true},
              {"UPDATED"}}) {}

void RepositoryList::Add(storage::RepositoryKind kind, const Json& items) {
  const bool is_dataset = kind == storage::RepositoryKind::Dataset;
  for (auto item : items) {
    if (!item.is_object()) continue;
    item["type"] = std::string(storage::Singular(kind));
    std::string name = (is_dataset ? "datasets/" : "") + FindString(item, "id").value_or("");
    if (FindBool(item, "private").value_or(false)) name += " (private)";
    const auto standing = StandingOf(item);
    if (!standing.empty()) name += " (" + standing + ")";
    table_.Add({name, LicenceOf(item), FindString(item, "pipeline_tag").value_or(""),
                ParametersOf(item), std::to_string(FindInt(item, "downloads").value_or(0)),
                DateOf(item, "lastModified")});
    items_.push_back(std::move(item));
  }
}

}  // namespace banyan::cli
