#pragma once
// What a node answers when asked whose a token is.

#include <string>
#include <string_view>

#include "storage/base/json_fwd.h"

namespace banyan::cli {

inline constexpr const char* kWhoAmIPath = "/api/whoami-v2";

// A member of the token's description ("displayName", "role"); empty where absent.
inline std::string TokenMember(const Json& who, std::string_view member) {
  const auto* auth = FindMember(who, "auth");
  const auto* token = auth == nullptr ? nullptr : FindMember(*auth, "accessToken");
  return token == nullptr ? "" : FindString(*token, member).value_or("");
}

}  // namespace banyan::cli
