#pragma once
// JSON from outside, without exceptions: bounded depth, size and number of values (a value takes
// many times the memory of its text), valid UTF-8, no duplicate keys,
// and typed look-ups. Pure functions, safe for concurrent use.

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "storage/base/result.h"

namespace banyan {

using Json = nlohmann::json;

struct JsonLimits {
  std::size_t max_bytes = 16u << 20;
  std::size_t max_depth = 64;
  std::size_t max_values = 1u << 20;  // objects and arrays, and what they hold
};

// Invalid with what was wrong, or TooLarge past a limit.
Result<Json> ParseJson(std::string_view text, const JsonLimits& limits = {});

// One line; bytes that are not UTF-8 become U+FFFD, so it never fails.
std::string DumpJson(const Json& value, int indent = -1);

// Members of an object: nullopt when absent, null, of another type, or `object` is no object.
std::optional<std::string> FindString(const Json& object, std::string_view key);
std::optional<std::int64_t> FindInt(const Json& object, std::string_view key);
std::optional<bool> FindBool(const Json& object, std::string_view key);
// nullptr when absent.
const Json* FindMember(const Json& object, std::string_view key);

}  // namespace banyan
