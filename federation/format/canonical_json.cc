#include "federation/format/canonical_json.h"

#include <algorithm>

#include "storage/base/json.h"

namespace banyan::federation {

namespace {

bool IsInteger(const Json& value) {
  return value.is_number_integer() && value >= 0 && value <= kMaxCanonicalInt;
}

bool Conforms(const Json& value, const CanonicalLimits& limits, std::size_t depth) {
  if (value.is_boolean()) return true;
  if (value.is_number()) return IsInteger(value);
  if (value.is_string()) {
    return !limits.ascii_only || IsPrintableAscii(value.get_ref<const std::string&>());
  }
  if (depth == limits.max_depth || !(value.is_object() || value.is_array())) return false;
  for (const auto& item : value.items()) {
    if (value.is_object() && !IsPrintableAscii(item.key())) return false;
    if (!Conforms(item.value(), limits, depth + 1)) return false;
  }
  return true;
}

}  // namespace

bool IsPrintableAscii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

Result<Json> ParseCanonical(ByteView bytes, const CanonicalLimits& limits) {
  JsonLimits json_limits;
  json_limits.max_bytes = limits.max_bytes;
  json_limits.max_depth = limits.max_depth;
  Json value = TRY(ParseJson(AsText(bytes), json_limits));
  if (!value.is_object() || !Conforms(value, limits, 0)) {
    return Error(Errc::Invalid, "not an object of strings, integers and lists as the protocol has");
  }
  if (DumpJson(value) != AsText(bytes)) return Error(Errc::Invalid, "JSON is not in its only form");
  return value;
}

Result<Bytes> RenderCanonical(const Json& value, const CanonicalLimits& limits) {
  if (!value.is_object() || !Conforms(value, limits, 0)) {
    return Error(Errc::Invalid, "not an object of strings, integers and lists as the protocol has");
  }
  const std::string text = DumpJson(value);
  if (text.size() > limits.max_bytes) {
    return Error(Errc::TooLarge, std::to_string(text.size()) + " bytes of JSON, " +
                                     std::to_string(limits.max_bytes) + " allowed");
  }
  return Bytes(text.begin(), text.end());
}

Bytes MustRenderCanonical(const Json& value) {
  auto bytes = RenderCanonical(value);
  ENSURE(bytes.has_value());
  return *std::move(bytes);
}

}  // namespace banyan::federation
