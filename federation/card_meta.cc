#include "federation/card_meta.h"

#include <algorithm>

#include "federation/format/canonical_json.h"
#include "storage/base/json.h"
#include "storage/base/utf8.h"

namespace banyan::federation {
namespace {

constexpr CanonicalLimits kLimits{kMaxMetaBytes, 4, /*ascii_only=*/false};
constexpr std::size_t kSaltBytes = 16;
constexpr std::size_t kRoomBytes = kMaxMetaBytes - 1024;  // salt and punctuation take the rest
constexpr std::size_t kMaxTitleBytes = 512;
constexpr std::size_t kMaxListed = 400;

// Adds what finds room of a list of texts.
void AddTexts(Json& members, const char* name, const Json& metadata) {
  const Json* list = FindMember(metadata, name);
  if (list == nullptr || !list->is_array()) return;
  std::size_t room = kRoomBytes - std::min(kRoomBytes, DumpJson(members).size());
  Json texts = Json::array();
  for (const auto& item : *list) {
    const std::size_t size = DumpJson(item).size() + 1;
    if (!item.is_string() || texts.size() == kMaxListed || size > room) continue;
    room -= size;
    texts.push_back(item);
  }
  if (!texts.empty()) members[name] = std::move(texts);
}

}  // namespace

Json DescribeMeta(const storage::Repository& repository, const Json& metadata) {
  Json members = {{"kind", storage::Singular(repository.id.kind)},
                  {"namespace", repository.id.owner},
                  {"name", repository.id.name},
                  {"branch", repository.default_branch}};
  const auto title = FindString(metadata, "title").value_or("");
  if (!title.empty()) members["title"] = TruncateUtf8(title, kMaxTitleBytes);
  if (!repository.task.empty()) members["task"] = repository.task;
  if (repository.parameters && *repository.parameters <= kMaxCanonicalInt) {
    members["parameters"] = *repository.parameters;
  }
  for (const char* name : {"languages", "base_models", "datasets", "tags"}) {
    AddTexts(members, name, metadata);
  }
  return members;
}

Result<Bytes> SealMeta(Json members, Random& random) {
  std::array<std::uint8_t, kSaltBytes> salt{};
  random.Fill(salt);
  members["salt"] = ToHex(salt);
  return RenderCanonical(members, kLimits);
}

Result<Json> OpenMeta(ByteView meta) {
  Json members = TRY(ParseCanonical(meta, kLimits).Context("meta object"));
  const auto salt = FindString(members, "salt");
  if (!salt || salt->size() != 2 * kSaltBytes || !ParseHex(*salt)) {
    return Error(Errc::Invalid, "meta object: no salt");
  }
  members.erase("salt");
  return members;
}

std::optional<storage::RepositoryId> NameInMeta(ByteView meta) {
  const auto members = OpenMeta(meta);
  if (!members) return std::nullopt;
  const auto kind = storage::ParseRepositoryKind(FindString(*members, "kind").value_or(""));
  if (!kind) return std::nullopt;
  return storage::RepositoryId{*kind, FindString(*members, "namespace").value_or(""),
                               FindString(*members, "name").value_or("")};
}

}  // namespace banyan::federation
