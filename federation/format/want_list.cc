#include "federation/format/want_list.h"

#include "federation/format/canonical_json.h"
#include "federation/format/entry_member.h"
#include "storage/base/json.h"

namespace banyan::federation {
namespace {

constexpr CanonicalLimits kLimits = {kMaxWantListBytes, 4, true};
constexpr std::size_t kMaxObjects = 1024;

Error Malformed(std::string_view what) {
  return Error(Errc::Invalid, "a list of wants: " + std::string(what));
}

Json ToJson(const Want& want) {
  Json json = {{"number", want.number}, {"most", want.max_bytes}};
  if (!want.path.empty()) json["path"] = want.path;
  for (const auto& id : want.objects) json["objects"].push_back(HashText(id));
  if (want.range) {
    json["from"] = want.range->offset;
    json["size"] = want.range->size_bytes;
  }
  return json;
}

Result<std::vector<Sha256>> ParseObjects(const Json& json) {
  std::vector<Sha256> ids;
  const Json* objects = FindMember(json, "objects");
  if (objects == nullptr) return ids;
  if (!objects->is_array() || objects->empty() || objects->size() > kMaxObjects) {
    return Malformed("objects");
  }
  for (const auto& id : *objects) {
    if (!id.is_string()) return Malformed("objects");
    ids.push_back(TRY(ParseHashText<Sha256>(id.get<std::string>())));
  }
  return ids;
}

Result<Want> ParseWant(const Json& json) {
  if (!json.is_object()) return Malformed("no object");
  Want want;
  want.number = TRY(TakeCount(json, "number"));
  want.max_bytes = TRY(TakeCount(json, "most"));
  want.path = FindString(json, "path").value_or("");
  want.objects = TRY(ParseObjects(json));
  if (FindMember(json, "from") != nullptr) {
    const auto offset = TRY(TakeCount(json, "from"));
    const auto size_bytes = TRY(TakeCount(json, "size"));
    want.range = Want::Range{offset, size_bytes};
  }
  const bool is_file = want.path.starts_with("/fed/") && want.path.size() <= kMaxWantPathBytes;
  if (is_file == !want.objects.empty() || (!want.path.empty() && !is_file)) {
    return Malformed("neither a file nor objects");
  }
  return want;
}

}  // namespace

Result<WantList> WantList::Parse(std::string_view text) {
  const Json json = TRY(ParseCanonical(AsBytes(text), kLimits));
  const Json* wants = FindMember(json, "wants");
  if (wants == nullptr || !wants->is_array()) return Malformed("no wants");
  if (wants->size() > kMaxWantsAtOnce) return Error(Errc::TooLarge, "too many wants");
  WantList list;
  for (const auto& want : *wants) list.wants.push_back(TRY(ParseWant(want)));
  if (list.Render() != text) return Malformed("not of the one form");
  return list;
}

std::string WantList::Render() const {
  Json json = {{"wants", Json::array()}};
  for (const auto& want : wants) json["wants"].push_back(ToJson(want));
  const auto bytes = RenderCanonical(json, kLimits);
  ENSURE(bytes.has_value());
  return std::string(AsText(*bytes));
}

}  // namespace banyan::federation
