#include "tests/node/answer_match.h"

#include <algorithm>
#include <charconv>

namespace banyan::node {
namespace {

constexpr std::string_view kAnything = "...";

// JSON with `...` and bare `<name>` made into JSON with texts for them.
std::string WithoutShorthand(std::string_view text) {
  std::string out;
  std::string open;  // the brackets around the place
  char last = 0;     // the last character that is no white space
  bool in_string = false;
  while (!text.empty()) {
    std::size_t size = 1;
    const char c = text.front();
    const auto name = in_string ? std::string_view() : PlaceholderAt(text);
    if (in_string) {
      if (c == '\\') size = std::min<std::size_t>(2, text.size());
      in_string = c != '"';
      out += text.substr(0, size);
    } else if (text.starts_with(kAnything)) {
      size = kAnything.size();
      const bool as_member = last != ':' && open.ends_with('{');
      out += as_member ? R"("...": "...")" : R"("...")";
    } else if (!name.empty()) {
      size = name.size() + 2;
      out += '"' + std::string(text.substr(0, size)) + '"';
    } else {
      in_string = c == '"';
      if (c == '{' || c == '[') open += c;
      if ((c == '}' || c == ']') && !open.empty()) open.pop_back();
      out += c;
    }
    if (c != ' ' && c != '\n') last = c;
    text.remove_prefix(size);
  }
  return out;
}

std::string TextOf(const Json& value) {
  return value.is_string() ? value.get<std::string>() : DumpJson(value);
}

class JsonMatch {
 public:
  explicit JsonMatch(Placeholders& names) : names_(names) {}

  // The first difference, empty if none; `path` says where.
  std::string Find(const Json& expected, const Json& actual, const std::string& path) {
    if (expected.is_string()) return FindInText(expected, actual, path);
    if (expected.is_object() && actual.is_object()) return FindInObject(expected, actual, path);
    if (expected.is_array() && actual.is_array()) return FindInArray(expected, actual, path);
    return expected == actual ? "" : Differ(expected, actual, path);
  }

 private:
  static std::string Differ(const Json& expected, const Json& actual, const std::string& path) {
    return "at " + (path.empty() ? "the top" : path) + ": expected " + DumpJson(expected) +
           ", got " + DumpJson(actual);
  }

  std::string FindInText(const Json& expected, const Json& actual, const std::string& path) {
    const auto& pattern = expected.get_ref<const std::string&>();
    const bool varies = pattern == kAnything || !PlaceholderAt(pattern).empty();
    const bool same_type = actual.is_string() || varies;
    return same_type && names_.Match(pattern, TextOf(actual)) ? "" : Differ(expected, actual, path);
  }

  std::string FindInObject(const Json& expected, const Json& actual, const std::string& path) {
    for (const auto& [key, value] : expected.items()) {
      if (key == kAnything) continue;
      const auto found = actual.find(key);
      if (found == actual.end()) return "at " + path + "/" + key + ": it is not there";
      const auto misfit = Find(value, *found, path + "/" + key);
      if (!misfit.empty()) return misfit;
    }
    if (expected.contains(kAnything)) return "";
    for (const auto& [key, value] : actual.items()) {
      if (!expected.contains(key)) {
        return "at " + path + "/" + key + ": not shown, but there: " + DumpJson(value);
      }
    }
    return "";
  }

  std::string FindInArray(const Json& expected, const Json& actual, const std::string& path) {
    const bool has_more = !expected.empty() && expected.back() == kAnything;
    const std::size_t shown = expected.size() - (has_more ? 1 : 0);
    const bool fits = has_more ? actual.size() >= shown : actual.size() == shown;
    if (!fits) return Differ(expected, actual, path);
    for (std::size_t i = 0; i < shown; ++i) {
      const auto misfit = Find(expected[i], actual[i], path + "/" + std::to_string(i));
      if (!misfit.empty()) return misfit;
    }
    return "";
  }

  Placeholders& names_;
};

std::string FindJsonMisfit(std::string_view expected, const std::string& got, Placeholders& names) {
  const auto sketch = ParseJson(WithoutShorthand(expected));
  if (!sketch) return "the page's JSON: " + sketch.error().message();
  const auto json = ParseJson(got);
  if (!json) return "expected JSON, got: " + got;
  return JsonMatch(names).Find(*sketch, *json, "");
}

std::vector<std::string> SplitLines(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    lines.emplace_back(text.substr(0, text.find('\n')));
    text.remove_prefix(std::min(text.size(), lines.back().size() + 1));
  }
  return lines;
}

std::string FindJsonLinesMisfit(const std::string& expected, const std::string& got,
                                Placeholders& names) {
  const auto wanted = SplitLines(expected);
  const auto lines = SplitLines(got);
  if (wanted.size() != lines.size()) return "expected other lines, got: " + got;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const auto misfit = FindJsonMisfit(wanted[i], lines[i], names);
    if (!misfit.empty()) return "line " + std::to_string(i + 1) + " " + misfit;
  }
  return "";
}

std::string FindBodyMisfit(const HttpBlock& expected, const Reply& reply, Placeholders& names) {
  const auto type = reply.headers.Find("Content-Type").value_or("");
  if (expected.is_hex) {
    return expected.body == reply.body ? "" : "got the bytes " + ToHex(AsBytes(reply.body));
  }
  if (type.starts_with("application/x-ndjson")) {
    return FindJsonLinesMisfit(expected.body, reply.body, names);
  }
  const bool is_json =
      !expected.body.empty() && (expected.body.front() == '{' || expected.body.front() == '[');
  if (is_json) return FindJsonMisfit(expected.body, reply.body, names);
  auto got = reply.body;
  if (got.ends_with('\n')) got.pop_back();
  return names.Match(expected.body, got) ? "" : "expected the body shown, got: " + reply.body;
}

}  // namespace

std::string FindMisfit(const HttpBlock& expected, const Reply& reply, Placeholders& names) {
  const auto got = " (body: " + reply.body.substr(0, 2000) + ")";
  if (!expected.start.starts_with("HTTP/1.1 " + std::to_string(reply.status))) {
    return "expected " + expected.start + ", got " + std::to_string(reply.status) + got;
  }
  for (const auto& [name, value] : expected.headers.fields()) {
    const auto found = reply.headers.Find(name);
    if (!found) return "expected the header " + name + ", which is not there" + got;
    if (names.Match(value, *found)) continue;
    return "expected " + name + ": " + value + ", got " + std::string(*found);
  }
  if (reply.headers.Has("X-Error-Code") && !expected.headers.Has("X-Error-Code")) {
    return "got X-Error-Code: " + reply.Header("X-Error-Code") + ", which is not shown" + got;
  }
  const auto misfit = FindBodyMisfit(expected, reply, names);
  return misfit.empty() ? "" : misfit + got;
}

}  // namespace banyan::node
