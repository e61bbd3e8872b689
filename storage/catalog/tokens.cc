#include "storage/catalog/tokens.h"

#include "storage/base/digest.h"
#include "storage/metadata/display_text.h"

namespace banyan::storage {
namespace {

constexpr std::string_view kForeignPrefix = "hf_";

const std::string kSelect =
    "SELECT id, user, name, role, created_ms, expires_ms, used_ms FROM token";

Token ReadRow(const Rows& rows) {
  Token token;
  token.row = rows.Int(0);
  token.user = rows.Int(1);
  token.name = rows.Text(2);
  token.role = static_cast<Role>(rows.Int(3));
  token.created_ms = rows.Int(4);
  if (!rows.IsNull(5)) token.expires_ms = rows.Int(5);
  if (!rows.IsNull(6)) token.used_ms = rows.Int(6);
  return token;
}

Status ValidateNew(Connection& connection, const NewToken& token, std::int64_t now_ms) {
  TRY(ValidateDisplayText("the token's name", token.name));
  if (token.name.empty()) return Error(Errc::Invalid, "a token needs a name");
  if (token.expires_ms && *token.expires_ms <= now_ms) {
    return Error(Errc::Invalid, "the token would already be expired");
  }
  const auto others = TRY(ListTokens(connection, token.user));
  if (others.size() >= kMaxTokensPerUser) {
    return Error(Errc::TooLarge, "a user has at most " + std::to_string(kMaxTokensPerUser) +
                                     " tokens: revoke some first");
  }
  for (const auto& other : others) {
    if (other.name == token.name) {
      return Error(Errc::Conflict, "you already have a token named '" + token.name + "'");
    }
  }
  return Ok();
}

Error NotValid() {
  return Error(Errc::Denied,
               "the access token is not valid here: it is unknown, expired or revoked");
}

Result<std::optional<Token>> FindValid(Connection& connection, const Sha256& hash,
                                       std::int64_t now_ms) {
  auto rows = connection.Query(
      kSelect + " WHERE hash = ? AND (expires_ms IS NULL OR expires_ms > ?)", hash, now_ms);
  std::optional<Token> token;
  if (rows.Next()) token = ReadRow(rows);
  TRY(rows.status());
  return token;
}

Result<Caller> CallerWith(Connection& connection, const Token& token) {
  auto caller = CallerOf(connection, token.user, token.role);
  // The user went after the token was read, and the token with it.
  if (!caller && caller.error().code() == Errc::NotFound) return NotValid();
  if (caller) caller->token = token.row;
  return caller;
}

}  // namespace

Result<IssuedToken> CreateToken(Connection& connection, Random& random, const NewToken& token,
                                std::int64_t now_ms) {
  TRY(CallerOf(connection, token.user, token.role));  // an existing user
  TRY(ValidateNew(connection, token, now_ms));
  const std::string text =
      std::string(kTokenPrefix) + RandomAlphanumeric(random, kTokenLength - kTokenPrefix.size());
  TRY(connection.Execute(
      "INSERT INTO token(user, name, role, hash, created_ms, expires_ms) VALUES(?, ?, ?, ?, ?, ?)",
      token.user, token.name, static_cast<int>(token.role), HashSha256(AsBytes(text)), now_ms,
      token.expires_ms));
  return IssuedToken{TRY(GetToken(connection, connection.LastInsertId())), text};
}

Result<Caller> Authenticate(Connection& connection, std::string_view text, std::int64_t now_ms) {
  if (text.starts_with(kForeignPrefix) && !text.starts_with(kTokenPrefix)) {
    Caller stranger;
    stranger.foreign_token = true;
    return stranger;
  }
  const auto token = TRY(FindValid(connection, HashSha256(AsBytes(text)), now_ms));
  if (!token) return NotValid();
  return CallerWith(connection, *token);
}

Result<Caller> CallerOfToken(Connection& connection, std::int64_t row, std::int64_t now_ms) {
  const auto token = GetToken(connection, row);
  if (!token && token.error().code() == Errc::NotFound) return NotValid();
  if (!token) return token.error();
  if (token->expires_ms && *token->expires_ms <= now_ms) return NotValid();
  return CallerWith(connection, *token);
}

Result<Token> GetToken(Connection& connection, std::int64_t row) {
  auto rows = connection.Query(kSelect + " WHERE id = ?", row);
  const bool found = rows.Next();
  TRY(rows.status());
  if (!found) return Error(Errc::NotFound, "no such token");
  return ReadRow(rows);
}

Result<std::vector<Token>> ListTokens(Connection& connection, std::int64_t user) {
  auto rows = connection.Query(kSelect + " WHERE user = ? ORDER BY name", user);
  std::vector<Token> tokens;
  while (rows.Next()) tokens.push_back(ReadRow(rows));
  TRY(rows.status());
  return tokens;
}

Status RevokeToken(Connection& connection, std::int64_t user, std::int64_t row) {
  TRY(connection.Execute("DELETE FROM token WHERE id = ? AND user = ?", row, user));
  if (connection.Changes() == 0) return Error(Errc::NotFound, "no such token");
  return Ok();
}

}  // namespace banyan::storage
