#include "storage/history/git_ignore.h"

#include <algorithm>

namespace banyan::storage {

GitIgnore::GitIgnore(std::string_view text) {
  if (text.substr(0, 3) == "\xEF\xBB\xBF") text.remove_prefix(3);
  text = text.substr(0, kMaxTextBytes);
  while (!text.empty() && memory_bytes_ < kMaxMemoryBytes) {
    const auto line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    AddLine(line);
  }
}

void GitIgnore::AddLine(std::string_view line) {
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  // Trailing spaces count only when quoted.
  while (!line.empty() && line.back() == ' ' &&
         (line.size() < 2 || line[line.size() - 2] != '\\')) {
    line.remove_suffix(1);
  }
  if (line.empty() || line[0] == '#') return;
  Verdict verdict = Verdict::Ignored;
  if (line[0] == '!') {
    verdict = Verdict::Kept;
    line.remove_prefix(1);
  }
  const bool folders_only = !line.empty() && line.back() == '/';
  if (folders_only) line.remove_suffix(1);
  if (line.empty()) return;
  const bool whole_path = line.find('/') != std::string_view::npos;
  if (line[0] == '/') line.remove_prefix(1);
  rules_.push_back({PathPattern(line), whole_path, folders_only, verdict});
  memory_bytes_ += sizeof(Rule) + rules_.back().pattern.memory_bytes();
}

GitIgnore::Verdict GitIgnore::Judge(std::string_view path, bool is_folder,
                                    std::uint64_t& steps) const {
  const auto slash = path.rfind('/');
  const auto name = slash == std::string_view::npos ? path : path.substr(slash + 1);
  for (auto rule = rules_.rbegin(); rule != rules_.rend(); ++rule) {
    if (steps > kMaxPatternSteps) break;
    if (rule->folders_only && !is_folder) continue;
    if (rule->pattern.Matches(rule->whole_path ? path : name, steps)) return rule->verdict;
  }
  return Verdict::None;
}

bool GitIgnore::Ignores(std::string_view path, std::uint64_t& steps) const {
  for (auto slash = path.find('/'); slash != std::string_view::npos;
       slash = path.find('/', slash + 1)) {
    if (Judge(path.substr(0, slash), true, steps) == Verdict::Ignored) return true;
  }
  return Judge(path, false, steps) == Verdict::Ignored;
}

}  // namespace banyan::storage
