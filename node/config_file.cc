// Reads a TOML file. Beside node/policy_parse.cc the only file that knows toml++, which is built
// without exceptions here.

#define TOML_EXCEPTIONS 0
#include <toml++/toml.h>

#include "node/config_keys.h"

namespace banyan::node {
namespace {

Error At(const std::string& path, const toml::source_position& where, const std::string& what) {
  return Error(Errc::Invalid, path + ": line " + std::to_string(where.line) + ": " + what);
}

ConfigValue Scalar(const toml::node& node) {
  if (const auto* text = node.as_string()) return {ConfigValue::Type::Text, {text->get()}};
  if (const auto* number = node.as_integer()) {
    return {ConfigValue::Type::Integer, {std::to_string(number->get())}};
  }
  if (const auto* flag = node.as_boolean()) {
    return {ConfigValue::Type::Boolean, {flag->get() ? "true" : "false"}};
  }
  return {};
}

Result<ConfigValue> ToValue(const toml::node& node) {
  if (const auto* array = node.as_array()) {
    ConfigValue list{ConfigValue::Type::List, {}};
    for (const auto& item : *array) {
      if (!item.is_string()) return Error(Errc::Invalid, "a list may hold only texts in quotes");
      list.items.push_back(item.as_string()->get());
    }
    return list;
  }
  auto value = Scalar(node);
  if (value.items.empty()) return Error(Errc::Invalid, "a value of this type is not used here");
  return value;
}

Error UnknownKey(const std::string& path, const toml::node& node, const std::string& name) {
  std::vector<std::string> names;
  for (const auto& key : ConfigKeys()) names.emplace_back(key.name);
  std::string message = "there is no key \"" + name + "\"";
  if (const auto near = NearestName(name, names); !near.empty()) {
    message += "; did you mean \"" + std::string(near) + "\"?";
  }
  return At(path, node.source().begin, message);
}

bool IsTableName(const std::string& name) {
  for (const auto& key : ConfigKeys()) {
    if (key.name.starts_with(name + ".")) return true;
  }
  return false;
}

Status ReadTable(Config& config, const std::string& path, const toml::table& table,
                 const std::string& prefix) {
  for (const auto& [short_name, node] : table) {
    const std::string name = prefix + std::string(short_name.str());
    if (const auto* inner = node.as_table(); inner != nullptr && IsTableName(name)) {
      TRY(ReadTable(config, path, *inner, name + "."));
      continue;
    }
    const ConfigKey* key = FindConfigKey(name);
    if (key == nullptr) return UnknownKey(path, node, name);
    auto value = ToValue(node);
    Status set = value ? SetConfigKey(config, *key, *value) : Status(value.error());
    if (!set) return At(path, node.source().begin, name + ": " + set.error().message());
  }
  return Ok();
}

}  // namespace

Status ReadConfigFile(Config& config, const std::string& path, std::string_view text) {
  const auto parsed = toml::parse(text, path);
  if (!parsed) {
    return At(path, parsed.error().source().begin, std::string(parsed.error().description()));
  }
  return ReadTable(config, path, parsed.table(), "");
}

}  // namespace banyan::node
