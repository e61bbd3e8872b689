#pragma once
// The table of configuration keys: name, field, meaning. Internal to the configuration's files.

#include <span>
#include <string_view>
#include <variant>

#include "node/config.h"

namespace banyan::node {

using ConfigField =
    std::variant<std::string Config::*, std::int64_t Config::*, bool Config::*, ByteSize Config::*,
                 Duration Config::*, std::vector<std::string> Config::*>;

struct ConfigKey {
  std::string_view name;  // "table.key", or "key" at the top
  ConfigField field;
  std::string_view about;  // sentences; wrapped when printed
};

// Keys of one table stand together, those without a table first.
std::span<const ConfigKey> ConfigKeys();
// nullptr when there is none.
const ConfigKey* FindConfigKey(std::string_view name);
// "tls.key" -> "tls-key", "public_url" -> "public-url".
std::string FlagName(std::string_view key_name);
// The existing name that is nearest to a mistyped one; empty when none is near.
std::string_view NearestName(std::string_view name, std::span<const std::string> candidates);

// A value as it stands in a file or after a flag.
struct ConfigValue {
  enum class Type { Text, Integer, Boolean, List, Any };  // Any: from a flag
  Type type = Type::Any;
  std::vector<std::string> items;  // one, but for a list
};
Status SetConfigKey(Config& config, const ConfigKey& key, const ConfigValue& value);
// The field's value in TOML.
std::string PrintConfigValue(const Config& config, const ConfigKey& key);
// The same in JSON.
Json ConfigValueJson(const Config& config, const ConfigKey& key);

// Reads the file's keys into `config` (node/config_file.cc).
Status ReadConfigFile(Config& config, const std::string& path, std::string_view text);

}  // namespace banyan::node
