// One configuration value: from text into its field, and back.

#include <charconv>

#include "node/config_keys.h"
#include "storage/base/json.h"

namespace banyan::node {
namespace {

using Type = ConfigValue::Type;

Status Expect(const ConfigValue& value, Type type, std::string_view what) {
  if (value.type == type || value.type == Type::Any) return Ok();
  return Error(Errc::Invalid, "expected " + std::string(what));
}

struct Setter {
  const ConfigValue& value;
  const std::string_view text = value.items.empty() ? std::string_view() : value.items.front();

  Status operator()(std::string& field) const {
    TRY(Expect(value, Type::Text, "a text in quotes"));
    field = text;
    return Ok();
  }

  Status operator()(std::int64_t& field) const {
    TRY(Expect(value, Type::Integer, "a number"));
    const auto end = text.data() + text.size();
    std::int64_t number = 0;
    const auto parsed = std::from_chars(text.data(), end, number);
    if (parsed.ec != std::errc() || parsed.ptr != end || number < 0) {
      return Error(Errc::Invalid, "expected a number that is not negative");
    }
    field = number;
    return Ok();
  }

  Status operator()(bool& field) const {
    TRY(Expect(value, Type::Boolean, "true or false"));
    if (text != "true" && text != "false") return Error(Errc::Invalid, "expected true or false");
    field = text == "true";
    return Ok();
  }

  Status operator()(ByteSize& field) const {
    if (value.type != Type::Integer) TRY(Expect(value, Type::Text, "a size such as \"10 GiB\""));
    field = TRY(ParseByteSize(text));
    return Ok();
  }

  Status operator()(Duration& field) const {
    TRY(Expect(value, Type::Text, "a duration such as \"30s\""));
    field = TRY(ParseDuration(text));
    return Ok();
  }

  Status operator()(std::vector<std::string>& field) const {
    TRY(Expect(value, Type::List, "a list of texts in square brackets"));
    if (value.type == Type::List) {
      field = value.items;
      return Ok();
    }
    field.clear();
    for (std::string_view rest = text; !rest.empty();) {
      const auto item = rest.substr(0, rest.find(','));
      rest.remove_prefix(std::min(rest.size(), item.size() + 1));
      if (!item.empty()) field.emplace_back(item);
    }
    return Ok();
  }
};

std::string Quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += {'\\', c};
    } else if (byte < 0x20 || byte == 0x7f) {
      out += fmt::format("\\u{:04x}", static_cast<unsigned>(byte));
    } else {
      out += c;
    }
  }
  return out + '"';
}

struct Printer {
  std::string operator()(const std::string& value) const { return Quoted(value); }
  std::string operator()(std::int64_t value) const { return std::to_string(value); }
  std::string operator()(bool value) const { return value ? "true" : "false"; }
  std::string operator()(ByteSize value) const { return Quoted(Format(value)); }
  std::string operator()(Duration value) const { return Quoted(Format(value)); }
  std::string operator()(const std::vector<std::string>& value) const {
    std::string out;
    for (const auto& item : value) out += (out.empty() ? "" : ", ") + Quoted(item);
    return "[" + out + "]";
  }
};

struct JsonPrinter {
  template <typename Value>
  Json operator()(const Value& value) const {
    return value;
  }
  Json operator()(ByteSize value) const { return Format(value); }
  Json operator()(Duration value) const { return Format(value); }
};

}  // namespace

Status SetConfigKey(Config& config, const ConfigKey& key, const ConfigValue& value) {
  const auto set = [&](auto field) { return Setter{value}(config.*field); };
  return std::visit(set, key.field);
}

std::string PrintConfigValue(const Config& config, const ConfigKey& key) {
  return std::visit([&](auto field) { return Printer{}(config.*field); }, key.field);
}

Json ConfigValueJson(const Config& config, const ConfigKey& key) {
  return std::visit([&](auto field) { return JsonPrinter{}(config.*field); }, key.field);
}

}  // namespace banyan::node
