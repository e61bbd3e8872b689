#include "federation/bundle/bundle_note.h"

#include "federation/format/entry_member.h"
#include "storage/base/json.h"

namespace banyan::federation {
namespace {

Result<const Json*> TakeArray(const Json& note, const char* name) {
  const Json* list = FindMember(note, name);
  if (list != nullptr && list->is_array()) return list;
  return Error(Errc::Invalid, std::string("no list of ") + name);
}

}  // namespace

Result<BundleNote> BundleNote::Parse(std::string_view text) {
  const Json json = TRY(ParseJson(text));
  if (FindInt(json, "version") != 0) {
    return Error(Errc::Invalid, "this is no bundle, or one of another version");
  }
  BundleNote note;
  for (const auto& origin : *TRY(TakeArray(json, "origins"))) {
    note.origins.push_back(TRY(NodeId::Parse(origin.is_string() ? origin.get<std::string>() : "")));
  }
  for (const auto& card : *TRY(TakeArray(json, "cards"))) {
    const auto origin = TRY(NodeId::Parse(FindString(card, "origin").value_or("")));
    const auto epoch = TRY(TakeCount(card, "epoch"));
    const auto position = TRY(TakeCount(card, "position"));
    note.cards.push_back({origin, epoch, position});
  }
  if (FindMember(json, "since") == nullptr) return note;
  for (const auto& begin : *TRY(TakeArray(json, "since"))) {
    const auto origin = TRY(NodeId::Parse(FindString(begin, "origin").value_or("")));
    const auto epoch = TRY(TakeCount(begin, "epoch"));
    const auto size = TRY(TakeCount(begin, "size"));
    note.since.push_back({origin, epoch, size});
  }
  return note;
}

std::string BundleNote::ToString() const {
  Json json{{"version", 0}, {"origins", Json::array()}, {"cards", Json::array()}};
  for (const auto& origin : origins) json["origins"].push_back(origin.ToString());
  for (const auto& card : cards) {
    json["cards"].push_back(
        {{"origin", card.origin.ToString()}, {"epoch", card.epoch}, {"position", card.position}});
  }
  for (const auto& begin : since) {
    json["since"].push_back(
        {{"origin", begin.origin.ToString()}, {"epoch", begin.epoch}, {"size", begin.size}});
  }
  return DumpJson(json);
}

}  // namespace banyan::federation
