#include <charconv>
#include <cmath>
#include <cstdint>
#include <optional>

#include "storage/metadata/yaml_tree.h"

namespace banyan::storage {
namespace {

template <typename T>
std::optional<T> ParseAll(std::string_view text) {
  T value{};
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failure != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// Only what YAML and JSON agree on: no leading zeros, which some readers take for octal.
OrderedJson NumberOrText(const std::string& text) {
  static constexpr std::string_view kDigits = "0123456789";
  if (text.find_first_not_of("0123456789+-.eE") != std::string::npos) return text;
  const bool plus = text.starts_with('+');
  const bool sign = plus || text.starts_with('-');
  const auto digits = std::string_view(text).substr(sign ? 1 : 0);
  const bool leading_zero = digits.size() > 1 && digits[0] == '0' && digits[1] != '.';
  if (digits.empty() || leading_zero || digits[0] == '+' || digits[0] == '-') return text;
  const auto number = plus ? digits : std::string_view(text);
  if (digits.find_first_not_of(kDigits) == std::string_view::npos) {
    const auto integer = ParseAll<std::int64_t>(number);
    return integer ? OrderedJson(*integer) : OrderedJson(text);
  }
  const auto decimal = ParseAll<double>(number);
  return decimal && std::isfinite(*decimal) ? OrderedJson(*decimal) : OrderedJson(text);
}

OrderedJson PlainValue(const std::string& text) {
  if (text == "true" || text == "True" || text == "TRUE") return true;
  if (text == "false" || text == "False" || text == "FALSE") return false;
  return NumberOrText(text);
}

}  // namespace

OrderedJson ToOrderedJson(const YamlNode& node) {
  switch (node.kind) {
    case YamlNode::Kind::Null: return nullptr;
    case YamlNode::Kind::Text: return node.plain ? PlainValue(node.text) : OrderedJson(node.text);
    case YamlNode::Kind::List: {
      auto list = OrderedJson::array();
      for (const auto& item : node.items) list.push_back(ToOrderedJson(item));
      return list;
    }
    case YamlNode::Kind::Map: {
      // Straight into the vector behind the object: keys are known to differ, and the object's
      // own insertion would compare each with all others.
      OrderedJson::object_t members;
      members.reserve(node.members.size());
      for (const auto& [key, value] : node.members) {
        members.emplace_back(key, ToOrderedJson(value));
      }
      return members;
    }
  }
  return nullptr;
}

}  // namespace banyan::storage
