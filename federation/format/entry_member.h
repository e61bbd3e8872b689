#pragma once
// Hashes and counts in entries. A hash names its algorithm: "sha256:<hex>", "git-sha1:<hex>",
// "xet:<Xet form>". Pure functions.

#include <string>

#include "federation/format/log_hash.h"
#include "storage/base/json_fwd.h"

namespace banyan::federation {

template <typename D>
constexpr std::string_view HashPrefix() {
  if constexpr (std::is_same_v<D, GitOid>) return "git-sha1:";
  if constexpr (std::is_same_v<D, FileHash>) return "xet:";
  return "sha256:";
}

template <typename D>
std::string HashText(const D& digest) {
  return std::string(HashPrefix<D>()) + digest.ToString();
}

// Invalid when the algorithm or the digest is wrong.
template <typename D>
Result<D> ParseHashText(std::string_view text) {
  constexpr auto prefix = HashPrefix<D>();
  if (!text.starts_with(prefix)) {
    return Error(Errc::Invalid, "expected " + std::string(prefix) + "<hash>");
  }
  return D::Parse(text.substr(prefix.size()));
}

// A member that is a number, not negative; Invalid when it is not.
inline Result<std::uint64_t> TakeCount(const Json& object, std::string_view key) {
  const auto value = FindInt(object, key);
  if (!value || *value < 0) return Error(Errc::Invalid, std::string(key) + " is no number");
  return static_cast<std::uint64_t>(*value);
}

// Members of an entry: the first fails when it is absent, the second gives nothing then.
template <typename D>
Result<D> TakeHash(const Json& object, std::string_view key) {
  const auto text = FindString(object, key);
  if (!text) return Error(Errc::Invalid, std::string(key) + ": missing, or no string");
  return ParseHashText<D>(*text).Context(key);
}
template <typename D>
Result<std::optional<D>> TakeOptionalHash(const Json& object, std::string_view key) {
  if (FindMember(object, key) == nullptr) return std::optional<D>();
  return std::optional<D>(TRY(TakeHash<D>(object, key)));
}

}  // namespace banyan::federation
