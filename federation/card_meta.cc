#include "federation/card_meta.h"

#include "federation/format/canonical_json.h"
#include "storage/base/utf8.h"

namespace banyan::federation {
namespace {

constexpr CanonicalLimits kLimits{kMaxMetaBytes, 4, /*ascii_only=*/false};
constexpr std::size_t kSaltBytes = 16;
constexpr std::size_t kRoomBytes = kMaxMetaBytes - 64;  // the salt takes the rest
constexpr std::size_t kMaxTitleBytes = 512;
constexpr std::size_t kMaxListed = 400;

Json TextsOf(const Json& metadata, std::string_view key) {
  Json out = Json::array();
  const Json* list = FindMember(metadata, key);
  if (list == nullptr || !list->is_array()) return out;
  for (const auto& item : *list) {
    if (item.is_string() && out.size() < kMaxListed) out.push_back(item);
  }
  return out;
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
  if (repository.parameters) members["parameters"] = *repository.parameters;
  if (auto languages = TextsOf(metadata, "languages"); !languages.empty()) {
    members["languages"] = std::move(languages);
  }
  Json tags = TextsOf(metadata, "tags");
  while (!tags.empty() && DumpJson(members).size() + DumpJson(tags).size() > kRoomBytes) {
    tags.erase(tags.size() - 1);
  }
  if (!tags.empty()) members["tags"] = std::move(tags);
  return members;
}

Bytes SealMeta(Json members, Random& random) {
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

}  // namespace banyan::federation
