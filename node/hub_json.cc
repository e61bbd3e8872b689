#include "node/hub_json.h"

#include "storage/base/clock.h"
#include "storage/base/json.h"

namespace banyan::node {

using storage::RepositoryKind;

Json LfsJson(const storage::ManifestEntry& entry, const char* digest_name) {
  const storage::LfsPointer pointer{entry.sha256, entry.size_bytes};
  return {{digest_name, entry.sha256.ToString()},
          {"size", entry.size_bytes},
          {"pointerSize", storage::PointerText(pointer).size()}};
}

Json TreeItemJson(const storage::TreeItem& item, const storage::CommitRecord* last) {
  Json json = {{"type", item.is_folder ? "directory" : "file"},
               {"oid", item.oid.ToString()},
               {"size", item.is_folder ? 0 : item.entry.size_bytes},
               {"path", item.path}};
  if (!item.is_folder && item.entry.IsPointer()) json["lfs"] = LfsJson(item.entry, "oid");
  if (last != nullptr) {
    json["lastCommit"] = {
        {"id", last->oid.ToString()}, {"title", last->Title()}, {"date", ToIsoTime(last->time_ms)}};
  }
  return json;
}

Json GatingJson(storage::Gating gating) {
  if (gating == storage::Gating::No) return false;
  return std::string(ToString(gating));
}

Json MirrorJson(const federation::MirrorMark& mark, const federation::Holdings& holdings) {
  Json json{{"origin", mark.origin.ToString()},
            {"seen", nullptr},
            {"peer", mark.peer.starts_with("http") ? mark.peer : ""},  // else a disk of this node
            {"trust", federation::kUnwitnessed},
            {"files", holdings.files},
            {"bytes", holdings.bytes},
            {"held_files", holdings.held_files},
            {"held_bytes", holdings.held_bytes},
            {"others", mark.is_on_demand ? "on demand" : "refused"}};
  if (mark.seen_ms) json["seen"] = ToIsoTime(*mark.seen_ms);
  return json;
}

Json StandingJson(const storage::Repository& repository) {
  const auto& standing = repository.standing;
  Json json = {{"status", storage::ToString(standing.status)},
               {"reason", nullptr},
               {"scope", standing.scope},
               {"answer", storage::ToString(repository.answered.answer)}};
  if (standing.reason) json["reason"] = storage::ToString(*standing.reason);
  return json;
}

Json RepositoryJson(const storage::Repository& repository, const std::vector<std::string>& tags) {
  const std::string id = repository.id.Path();
  Json json = {{"_id", repository.uid.ToString().substr(0, 24)},
               {"id", id},
               {"author", repository.id.owner},
               {"private", repository.is_private},
               {"gated", GatingJson(repository.gating)},
               {"disabled", storage::Withholds(repository.answered.answer)},
               {"downloads", repository.downloads},
               {"likes", repository.likes},
               {"licence", repository.licence},
               {"tags", tags},
               {"createdAt", ToIsoTime(repository.created_ms)},
               {"lastModified", ToIsoTime(repository.updated_ms)},
               {"usedStorage", repository.stored_bytes}};
  if (repository.answered_ms != 0) json["standing"] = StandingJson(repository);
  if (repository.head) json["sha"] = repository.head->ToString();
  if (repository.id.kind == RepositoryKind::Dataset) return json;
  json["modelId"] = id;
  if (!repository.task.empty()) json["pipeline_tag"] = repository.task;
  if (!repository.library.empty()) json["library_name"] = repository.library;
  return json;
}

void AddMetadataJson(Json& out, const Json& metadata, RepositoryKind kind) {
  const auto copy = [&](const char* from, const char* to) {
    if (const Json* value = FindMember(metadata, from)) out[to] = *value;
  };
  copy("cardData", "cardData");
  const Json* problems = FindMember(metadata, "problems");
  if (problems != nullptr && !problems->empty()) out["problems"] = *problems;
  if (kind == RepositoryKind::Dataset) return copy("description", "description");
  copy("config", "config");
  copy("safetensors", "safetensors");
  copy("gguf", "gguf");
  copy("base_models", "baseModels");
}

Json KeepProperties(const Json& all, const std::vector<std::string>& names) {
  Json kept = {{"_id", all["_id"]}, {"id", all["id"]}};
  for (const auto& name : names) {
    if (const Json* value = FindMember(all, name)) kept[name] = *value;
  }
  return kept;
}

}  // namespace banyan::node
