#include "tests/node/placeholders.h"

#include <algorithm>

namespace banyan::node {
namespace {

constexpr std::string_view kAnything = "...";

bool IsHex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsNameCharacter(char c) { return (c >= 'a' && c <= 'z') || IsDigit(c) || c == '-'; }
bool IsDateCharacter(char c) { return IsDigit(c) || std::string_view("-:.TZ").find(c) < 5; }
bool IsPlain(char c) { return std::string_view(" \t\r\n\"<>").find(c) == std::string_view::npos; }

struct Form {
  bool (*allows)(char);
  std::size_t size;  // 0: any but none
  bool is_kept;
};

Form FormOf(std::string_view name) {
  const auto dash = name.rfind('-');
  const auto word = dash == name.npos ? name : name.substr(dash + 1);
  if (word == "commit" || word == "oid") return {IsHex, 40, true};
  if (word == "sha256" || word == "manifest" || word == "repository") return {IsHex, 64, true};
  if (word == "date") return {IsDateCharacter, 24, false};
  if (word == "number") return {IsDigit, 0, false};
  return {IsPlain, 0, true};
}

std::size_t Fitting(const Form& form, std::string_view text) {
  const auto end = std::find_if_not(text.begin(), text.end(), form.allows);
  const auto size = static_cast<std::size_t>(end - text.begin());
  if (form.size == 0) return size;
  return size >= form.size ? form.size : 0;
}

}  // namespace

std::string_view PlaceholderAt(std::string_view text) {
  const auto end = text.find('>');
  if (!text.starts_with('<') || end == text.npos || end == 1) return {};
  const auto name = text.substr(1, end - 1);
  return std::all_of(name.begin(), name.end(), IsNameCharacter) ? name : std::string_view();
}

Result<std::string> Placeholders::Fill(std::string_view text) const {
  std::string out;
  while (!text.empty()) {
    const auto name = PlaceholderAt(text);
    if (name.empty()) {
      out += text.front();
      text.remove_prefix(1);
      continue;
    }
    const auto found = values_.find(name);
    if (found == values_.end()) {
      return Error(Errc::Invalid, "<" + std::string(name) + "> is not known here");
    }
    out += found->second;
    text.remove_prefix(name.size() + 2);
  }
  return out;
}

bool Placeholders::Match(std::string_view pattern, std::string_view text) {
  auto before = values_;
  if (MatchFrom(pattern, text)) return true;
  values_ = std::move(before);
  return false;
}

bool Placeholders::MatchFrom(std::string_view pattern, std::string_view text) {
  while (!pattern.empty()) {
    if (pattern.starts_with(kAnything)) {
      pattern.remove_prefix(kAnything.size());
      if (pattern.empty()) return true;
      for (;; text.remove_prefix(1)) {
        if (MatchFrom(pattern, text)) return true;
        if (text.empty()) return false;
      }
    }
    const auto name = PlaceholderAt(pattern);
    if (name.empty()) {
      if (text.empty() || text.front() != pattern.front()) return false;
      pattern.remove_prefix(1);
      text.remove_prefix(1);
      continue;
    }
    pattern.remove_prefix(name.size() + 2);
    const auto known = values_.find(name);
    const auto form = FormOf(name);
    const auto size = known == values_.end() ? Fitting(form, text) : known->second.size();
    if (size == 0) return false;
    const auto value = text.substr(0, size);
    if (known != values_.end() && value != known->second) return false;
    if (form.is_kept) values_.emplace(name, value);
    text.remove_prefix(value.size());
  }
  return text.empty();
}

}  // namespace banyan::node
