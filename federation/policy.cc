#include "federation/policy.h"

#include <algorithm>

#include "storage/base/glob.h"
#include "storage/base/json.h"
#include "storage/base/repository_glob.h"

namespace banyan::federation {
namespace {

using storage::Standing;
using storage::StandingReason;
using storage::StandingStatus;

// What names no countries is stated for all.
bool IsFor(const std::vector<std::string>& countries, const Standing& standing) {
  if (standing.scope.empty() || countries.empty()) return true;
  return std::ranges::any_of(standing.scope, [&](const auto& country) {
    return std::ranges::find(countries, country) != countries.end();
  });
}

bool Holds(const AnswerRule& rule, const Judged& judged) {
  const Standing& standing = judged.standing;
  if (rule.origin && rule.origin != judged.origin) return false;
  const bool has_status = rule.statuses.empty() ? standing.status != StandingStatus::Live
                                                : rule.statuses.contains(standing.status);
  if (!has_status) return false;
  if (!rule.reasons.empty() && (!standing.reason || !rule.reasons.contains(*standing.reason))) {
    return false;
  }
  if (!IsFor(rule.jurisdictions, standing)) return false;
  return rule.repository.empty() || storage::MatchesRepository(rule.repository, judged.id);
}

bool MatchesAny(const std::vector<std::string>& globs, std::string_view word) {
  return globs.empty() || std::ranges::any_of(globs, [&](const auto& glob) {
           return MatchesGlob(storage::FoldName(glob), storage::FoldName(word));
         });
}

bool MatchesOneOf(const std::vector<std::string>& globs, const Json* words) {
  if (globs.empty()) return true;
  if (words == nullptr || !words->is_array()) return false;
  return std::ranges::any_of(*words, [&](const Json& word) {
    return word.is_string() && MatchesAny(globs, word.get_ref<const std::string&>());
  });
}

bool IsNamed(const Selection& selection, const StatedCard& stated) {
  if (!selection.origins.empty() && !selection.origins.contains(stated.origin)) return false;
  const auto& globs = selection.repositories;
  return globs.empty() || std::ranges::any_of(globs, [&](const auto& glob) {
           return storage::MatchesRepository(glob, stated.id);
         });
}

bool Holds(const Selection& selection, const StatedCard& stated) {
  const auto& content = *stated.card.content;
  const auto& meta = stated.meta;
  if (selection.max_bytes != 0 && content.bytes > selection.max_bytes) return false;
  const auto kind = FindString(meta, "kind").value_or("") + "s";
  return IsNamed(selection, stated) && MatchesAny(selection.kinds, kind) &&
         MatchesAny(selection.licences, content.licence) &&
         MatchesAny(selection.tasks, FindString(meta, "task").value_or("")) &&
         MatchesOneOf(selection.languages, FindMember(meta, "languages"));
}

// What is only yanked, "better not used", is not kept from those who ask for it by name, unless the
// law is the reason.
Action DefaultAction(const Standing& standing) {
  switch (standing.reason.value_or(StandingReason::Other)) {
    case StandingReason::Author:
    case StandingReason::Quality:
    case StandingReason::Licence: return Action::Hide;
    case StandingReason::Security:
    case StandingReason::Other:
      return standing.status == StandingStatus::Yanked ? Action::Hide : Action::Stop;
    case StandingReason::Copyright:
    case StandingReason::Privacy:
    case StandingReason::Court:
    case StandingReason::Safety: return Action::Delete;
  }
  return Action::Stop;
}

}  // namespace

bool Policy::JudgesLive() const {
  return std::ranges::any_of(
      answers, [](const auto& rule) { return rule.statuses.contains(StandingStatus::Live); });
}

Decision Decide(const Policy& policy, const Judged& judged) {
  // What is stated for elsewhere is here as if nothing was; the rules of this node are its own.
  Judged here = judged;
  if (!IsFor(policy.jurisdictions, here.standing)) here.standing = {};
  const auto rule = std::ranges::find_if(
      policy.answers, [&](const auto& candidate) { return Holds(candidate, here); });
  if (rule != policy.answers.end()) return rule->decision;
  if (here.standing.status == StandingStatus::Live) return {};
  return {DefaultAction(here.standing), kDeleteAfterDays};
}

std::optional<ContentSelection> SelectContent(const Policy& policy, const StatedCard& stated) {
  if (policy.selections.empty() || !stated.card.content) return ContentSelection();
  const auto selection = std::ranges::find_if(
      policy.selections, [&](const auto& candidate) { return Holds(candidate, stated); });
  if (selection == policy.selections.end()) return std::nullopt;
  return selection->content;
}

}  // namespace banyan::federation
