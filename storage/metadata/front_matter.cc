#include "storage/metadata/front_matter.h"

namespace banyan::storage {
namespace {

// Cuts the first line, with its line end, off `text`.
std::string_view TakeLine(std::string_view& text) {
  const auto end = text.find('\n');
  const auto line = text.substr(0, end == std::string_view::npos ? text.size() : end + 1);
  text.remove_prefix(line.size());
  return line;
}

bool IsBlank(std::string_view line) {
  return line.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

bool IsFence(std::string_view line) { return line.starts_with("---") && IsBlank(line.substr(3)); }

}  // namespace

Result<FrontMatter> SplitFrontMatter(std::string_view readme) {
  FrontMatter out;
  out.body = readme;
  std::string_view rest = readme;
  if (rest.starts_with("\xEF\xBB\xBF")) rest.remove_prefix(3);
  std::string_view line;
  do {
    if (rest.empty()) return out;
    line = TakeLine(rest);
    ++out.first_line;
  } while (IsBlank(line));
  if (!IsFence(line)) {
    out.first_line = 1;
    return out;
  }
  const auto yaml = rest;
  while (!rest.empty()) {
    line = TakeLine(rest);
    if (!IsFence(line)) continue;
    out.present = true;
    out.yaml = yaml.substr(0, yaml.size() - rest.size() - line.size());
    out.body = rest;
    return out;
  }
  return Error(Errc::Invalid, "line " + std::to_string(out.first_line - 1) +
                                  ": the front matter that starts here never ends: add a line "
                                  "with only '---' after it");
}

}  // namespace banyan::storage
