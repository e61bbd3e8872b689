#include "storage/base/standing.h"

#include <algorithm>
#include <array>
#include <span>

namespace banyan::storage {
namespace {

constexpr std::array<std::string_view, 4> kStatuses = {"live", "yanked", "withdrawn", "removed"};
constexpr std::array<std::string_view, 9> kReasons = {
    "author", "quality", "security", "licence", "copyright", "privacy", "court", "safety", "other"};

Result<std::size_t> FindWord(std::span<const std::string_view> words, std::string_view what,
                             std::string_view text) {
  const auto word = std::find(words.begin(), words.end(), text);
  if (word != words.end()) return static_cast<std::size_t>(word - words.begin());
  std::string message = std::string(what) + " is one of";
  for (const auto& known : words) message += " " + std::string(known);
  return Error(Errc::Invalid, message + ", not \"" + std::string(text) + "\"");
}

bool IsCountryCode(std::string_view text) {
  const auto is_capital = [](char c) { return c >= 'A' && c <= 'Z'; };
  return text.size() == 2 && std::all_of(text.begin(), text.end(), is_capital);
}

}  // namespace

std::string_view ToString(StandingStatus status) {
  return kStatuses[static_cast<std::size_t>(status)];
}

std::string_view ToString(StandingReason reason) {
  return kReasons[static_cast<std::size_t>(reason)];
}

Result<StandingStatus> ParseStandingStatus(std::string_view text) {
  return static_cast<StandingStatus>(TRY(FindWord(kStatuses, "a status", text)));
}

Result<StandingReason> ParseStandingReason(std::string_view text) {
  return static_cast<StandingReason>(TRY(FindWord(kReasons, "a reason", text)));
}

Status ValidateScope(const std::vector<std::string>& scope) {
  if (scope.size() > kMaxScope) return Error(Errc::Invalid, "a scope is at most 16 countries");
  if (std::all_of(scope.begin(), scope.end(), IsCountryCode)) return Ok();
  return Error(Errc::Invalid, "a scope is country codes of two capital letters, such as KE or DE");
}

std::string Standing::ToString() const {
  std::string text(storage::ToString(status));
  if (reason) text += ": " + std::string(storage::ToString(*reason));
  for (std::size_t i = 0; i < scope.size(); ++i) text += (i == 0 ? " in " : ", ") + scope[i];
  return text;
}

}  // namespace banyan::storage
