// Access tokens. The text of a token leaves here once, in the answer that made it.
#include <algorithm>

#include "node/admin_functions.h"
#include "storage/base/json.h"
#include "storage/catalog/tokens.h"

namespace banyan::node {
namespace {

constexpr auto kUser = storage::NamespaceKind::User;
constexpr std::int64_t kMaxLifetimeMs = std::int64_t{1000} * 366 * 24 * 3600 * 1000;

Json TokenJson(const storage::Token& token) {
  Json json{{"name", token.name},
            {"role", std::string(storage::ToString(token.role))},
            {"created", ToIsoTime(token.created_ms)},
            {"expires", nullptr},
            {"used", nullptr}};
  if (token.expires_ms) json["expires"] = ToIsoTime(*token.expires_ms);
  if (token.used_ms) json["used"] = ToIsoTime(*token.used_ms);
  return json;
}

}  // namespace

Result<Json> ListTokens(const AdminContext& context, const Json& arguments) {
  auto lease = TRY(context.database().Read());
  const auto user = TRY(NeedNamespace(*lease, arguments, "user", kUser));
  Json list = Json::array();
  for (const auto& token : TRY(storage::ListTokens(*lease, user.row))) {
    list.push_back(TokenJson(token));
  }
  return list;
}

Result<Json> CreateToken(const AdminContext& context, const Json& arguments) {
  const auto now_ms = context.clock.NowMs();
  Json created;
  TRY(context.database().Write([&](storage::Connection& connection) -> Status {
    const auto user = TRY(NeedNamespace(connection, arguments, "user", kUser));
    storage::NewToken token;
    token.user = user.row;
    token.name = TRY(NeedText(arguments, "name"));
    token.role = TRY(storage::ParseRole(TRY(NeedText(arguments, "role"))));
    if (const auto lifetime_ms = TRY(ReadNumber(arguments, "lifetime_ms"))) {
      if (*lifetime_ms > kMaxLifetimeMs) return Error(Errc::Invalid, "that is too long a lifetime");
      token.expires_ms = now_ms + *lifetime_ms;
    }
    const auto issued = TRY(storage::CreateToken(connection, context.random, token, now_ms));
    created = TokenJson(issued.token);
    created["user"] = user.name;
    created["token"] = issued.text;
    return Ok();
  }));
  return created;
}

Result<Json> RevokeToken(const AdminContext& context, const Json& arguments) {
  Json revoked;
  TRY(context.database().Write([&](storage::Connection& connection) -> Status {
    const auto user = TRY(NeedNamespace(connection, arguments, "user", kUser));
    const auto name = TRY(NeedText(arguments, "name"));
    const auto tokens = TRY(storage::ListTokens(connection, user.row));
    const auto found = std::find_if(tokens.begin(), tokens.end(),
                                    [&](const auto& token) { return token.name == name; });
    if (found == tokens.end()) {
      return Error(Errc::NotFound, user.name + " has no token of that name");
    }
    revoked = TokenJson(*found);
    return storage::RevokeToken(connection, user.row, found->row);
  }));
  return revoked;
}

}  // namespace banyan::node
