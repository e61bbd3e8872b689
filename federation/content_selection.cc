#include "federation/content_selection.h"

#include <algorithm>

#include "storage/base/glob.h"
#include "storage/base/json.h"

namespace banyan::federation {
namespace {

bool MatchesAny(const std::vector<std::string>& globs, const std::string& text) {
  return std::ranges::any_of(globs, [&](const auto& glob) { return MatchesGlob(glob, text); });
}

Status TakeTexts(const Json& json, std::string_view key, std::vector<std::string>& texts) {
  const auto* list = FindMember(json, key);
  if (list == nullptr) return Ok();
  for (const auto& item : *list) {
    if (!item.is_string()) return Error(Errc::Invalid, "a selection of files: malformed");
    texts.push_back(item.get<std::string>());
  }
  return Ok();
}

}  // namespace

bool ContentSelection::WantsFile(const std::string& path) const {
  return files.empty() ? others == Others::Refused : MatchesAny(files, path);
}

bool ContentSelection::WantsRef(std::string_view ref) const {
  for (const std::string_view prefix : {"refs/heads/", "refs/tags/"}) {
    if (ref.starts_with(prefix)) ref.remove_prefix(prefix.size());
  }
  return refs.empty() || MatchesAny(refs, std::string(ref));
}

std::string ContentSelection::ToString() const {
  if (*this == ContentSelection()) return "";
  Json json = Json::object();
  if (!files.empty()) json["files"] = files;
  if (!refs.empty()) json["refs"] = refs;
  if (history == History::All) json["history"] = "all";
  if (others == Others::OnDemand) json["content"] = "on demand";
  return DumpJson(json);
}

Result<ContentSelection> ContentSelection::Parse(std::string_view text) {
  ContentSelection selection;
  if (text.empty()) return selection;
  const Json json = TRY(ParseJson(text));
  TRY(TakeTexts(json, "files", selection.files));
  TRY(TakeTexts(json, "refs", selection.refs));
  if (FindMember(json, "history") != nullptr) selection.history = History::All;
  if (FindMember(json, "content") != nullptr) selection.others = Others::OnDemand;
  if (selection.ToString() == text) return selection;
  return Error(Errc::Invalid, "a selection of files: malformed");
}

}  // namespace banyan::federation
