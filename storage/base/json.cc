#include "storage/base/json.h"

#include <algorithm>

namespace banyan {

Result<Json> ParseJson(std::string_view text, const JsonLimits& limits) {
  if (text.size() > limits.max_bytes) return Error(Errc::TooLarge, "JSON text is too long");
  bool too_deep = false;
  std::size_t values = 0;
  bool duplicate = false;
  std::vector<std::vector<std::string>> keys;
  const auto callback = [&](int depth, Json::parse_event_t event, Json& parsed) {
    using Event = Json::parse_event_t;
    if (depth > static_cast<int>(limits.max_depth)) too_deep = true;
    if (event == Event::value || event == Event::object_start || event == Event::array_start) {
      ++values;
    }
    if (too_deep || values > limits.max_values) return false;
    if (event == Event::object_start) keys.emplace_back();
    if (event == Event::object_end) {
      auto& seen = keys.back();
      std::sort(seen.begin(), seen.end());
      if (std::adjacent_find(seen.begin(), seen.end()) != seen.end()) duplicate = true;
      keys.pop_back();
    }
    if (event == Event::key && !keys.empty()) {
      keys.back().push_back(parsed.get<std::string>());
    }
    return true;
  };
  // The parser recurses only per nesting level of its own explicit stack, so depth is bounded
  // by the text; the callback stops keeping values past max_depth.
  Json value = Json::parse(text, callback, /*allow_exceptions=*/false);
  if (too_deep) return Error(Errc::TooLarge, "JSON is nested too deeply");
  if (values > limits.max_values) return Error(Errc::TooLarge, "JSON has too many values");
  if (value.is_discarded()) return Error(Errc::Invalid, "not valid JSON");
  if (duplicate) return Error(Errc::Invalid, "JSON object has a key twice");
  return value;
}

std::string DumpJson(const Json& value, int indent) {
  return value.dump(indent, ' ', false, Json::error_handler_t::replace);
}

const Json* FindMember(const Json& object, std::string_view key) {
  if (!object.is_object()) return nullptr;
  const auto it = object.find(key);
  return it == object.end() ? nullptr : &*it;
}

std::optional<std::string> FindString(const Json& object, std::string_view key) {
  const Json* member = FindMember(object, key);
  if (member == nullptr || !member->is_string()) return std::nullopt;
  return member->get<std::string>();
}

std::optional<std::int64_t> FindInt(const Json& object, std::string_view key) {
  const Json* member = FindMember(object, key);
  if (member == nullptr || !member->is_number_integer()) return std::nullopt;
  if (member->is_number_unsigned() &&
      member->get<std::uint64_t>() > static_cast<std::uint64_t>(INT64_MAX)) {
    return std::nullopt;
  }
  return member->get<std::int64_t>();
}

std::optional<bool> FindBool(const Json& object, std::string_view key) {
  const Json* member = FindMember(object, key);
  if (member == nullptr || !member->is_boolean()) return std::nullopt;
  return member->get<bool>();
}

}  // namespace banyan
