#include "storage/history/git_attributes.h"

#include <algorithm>
#include <utility>

namespace banyan::storage {
namespace {

constexpr std::size_t kMaxLineBytes = 2048;  // as git has it
constexpr std::size_t kRuleBytes = 96;       // in memory, beside its pattern
constexpr std::string_view kBlank = " \t\r";

std::string_view FileName(std::string_view path) {
  const auto slash = path.rfind('/');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

// Cuts the next blank-separated word off `rest`.
std::string_view NextWord(std::string_view& rest) {
  rest.remove_prefix(std::min(rest.find_first_not_of(kBlank), rest.size()));
  const auto word = rest.substr(0, rest.find_first_of(kBlank));
  rest.remove_prefix(word.size());
  return word;
}

// A C-quoted pattern; false when the quote does not close.
bool UnquotePattern(std::string_view& rest, std::string& out) {
  for (std::size_t i = 1; i < rest.size(); ++i) {
    if (rest[i] == '"') {
      rest.remove_prefix(i + 1);
      return true;
    }
    if (rest[i] != '\\' || i + 1 == rest.size()) {
      out.push_back(rest[i]);
      continue;
    }
    const char c = rest[++i];
    if (c >= '0' && c <= '3' && i + 2 < rest.size()) {
      const int code = (c - '0') * 64 + (rest[i + 1] - '0') * 8 + (rest[i + 2] - '0');
      out.push_back(static_cast<char>(code));
      i += 2;
    } else {
      constexpr std::string_view kFrom = "abfnrtv";
      constexpr std::string_view kTo = "\a\b\f\n\r\t\v";
      const auto known = kFrom.find(c);
      out.push_back(known == std::string_view::npos ? c : kTo[known]);
    }
  }
  return false;
}

}  // namespace

GitAttributes::GitAttributes(std::string_view text) {
  if (text.substr(0, 3) == "\xEF\xBB\xBF") text.remove_prefix(3);
  text = text.substr(0, kMaxTextBytes);
  while (!text.empty() && memory_bytes_ < kMaxMemoryBytes) {
    const auto line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    if (line.size() <= kMaxLineBytes) AddLine(line);
  }
}

void GitAttributes::AddLine(std::string_view line) {
  line.remove_prefix(std::min(line.find_first_not_of(kBlank), line.size()));
  if (line.empty() || line[0] == '#') return;
  std::string pattern;
  if (line[0] == '"') {
    if (!UnquotePattern(line, pattern)) return;
  } else {
    pattern = NextWord(line);
  }
  bool found = false;
  const LfsFilter filter = FilterOf(line, &found);
  constexpr std::string_view kMacro = "[attr]";
  if (pattern.compare(0, kMacro.size(), kMacro) == 0) {
    if (!found) return;
    macros_[pattern.substr(kMacro.size())] = filter;
    memory_bytes_ += kRuleBytes + pattern.size();
    return;
  }
  if (found && !pattern.empty() && pattern[0] != '!') AddRule(pattern, filter);
}

void GitAttributes::AddRule(std::string_view pattern, LfsFilter filter) {
  const bool whole_path = pattern.find('/') != std::string_view::npos;
  if (pattern[0] == '/') pattern.remove_prefix(1);
  const Rule rule{++rules_, filter};
  PathPattern parsed(pattern);
  memory_bytes_ += kRuleBytes + parsed.memory_bytes();
  if (parsed.literal().empty()) {
    wild_.push_back({rule, whole_path, std::move(parsed)});
  } else {
    (whole_path ? exact_path_ : exact_name_)[parsed.literal()] = rule;
  }
}

// The last word about `filter` on a line; found stays false when there is none.
LfsFilter GitAttributes::FilterOf(std::string_view attributes, bool* found) const {
  LfsFilter filter = LfsFilter::None;
  for (auto word = NextWord(attributes); !word.empty(); word = NextWord(attributes)) {
    const auto macro = macros_.find(word);
    if (macro != macros_.end()) {
      filter = macro->second;
    } else if (word == "filter=lfs") {
      filter = LfsFilter::Tracked;
    } else if (word == "filter" || word == "-filter" || word == "!filter" ||
               word.substr(0, 7) == "filter=") {
      filter = LfsFilter::Plain;
    } else {
      continue;
    }
    *found = true;
  }
  return filter;
}

LfsFilter GitAttributes::Filter(std::string_view path, std::uint64_t& steps) const {
  const auto name = FileName(path);
  Rule best;
  const auto look = [&](const ExactRules& rules, std::string_view text) {
    const auto found = rules.find(text);
    if (found != rules.end() && found->second.number > best.number) best = found->second;
  };
  look(exact_path_, path);
  look(exact_name_, name);
  for (auto wild = wild_.rbegin(); wild != wild_.rend(); ++wild) {
    if (wild->rule.number < best.number || steps > kMaxPatternSteps) break;
    if (!wild->pattern.Matches(wild->whole_path ? path : name, steps)) continue;
    best = wild->rule;
    break;
  }
  return best.filter;
}

Status AttributeTree::Set(const std::string& folder, std::string_view text) {
  GitAttributes parsed(text);
  text_bytes_ += std::min(text.size(), GitAttributes::kMaxTextBytes);
  memory_bytes_ += kRuleBytes + folder.size() + parsed.memory_bytes();
  if (text_bytes_ > kMaxTextBytes || memory_bytes_ > kMaxMemoryBytes) {
    return Error(Errc::TooLarge,
                 "the .gitattributes of the folders of these files are larger together than this "
                 "node looks at in one call: name fewer folders at once, or shorten them");
  }
  folders_.erase(folder);
  silent_folders_.erase(folder);
  if (parsed.memory_bytes() == 0) {
    silent_folders_.insert(folder);
  } else {
    folders_.emplace(folder, std::move(parsed));
  }
  return Ok();
}

Result<LfsFilter> AttributeTree::Filter(std::string_view path) {
  // The deepest folder that says something decides.
  for (std::size_t end = path.rfind('/');;) {
    const bool root = end == std::string_view::npos;
    const auto folder = folders_.find(root ? std::string_view() : path.substr(0, end));
    if (folder != folders_.end()) {
      const auto filter = folder->second.Filter(root ? path : path.substr(end + 1), steps_);
      if (steps_ > kMaxPatternSteps) {
        return Error(Errc::TooLarge,
                     "comparing these files with the patterns of .gitattributes takes too long: "
                     "name fewer files at once, or have fewer patterns");
      }
      if (filter != LfsFilter::None) return filter;
    }
    if (root) return LfsFilter::None;
    end = end == 0 ? std::string_view::npos : path.rfind('/', end - 1);
  }
}

std::string TrackingLine(std::string_view path) {
  std::string line;
  for (std::size_t i = 0; i < path.size(); ++i) {
    const char c = path[i];
    if (c == ' ') {
      line += "[[:space:]]";
      continue;
    }
    const bool special = std::string_view("*?[]\\").find(c) != std::string_view::npos;
    const bool opening = i == 0 && (c == '#' || c == '!' || c == '"');
    if (special || opening) line.push_back('\\');
    line.push_back(c);
  }
  return line + " filter=lfs diff=lfs merge=lfs -text\n";
}

}  // namespace banyan::storage
