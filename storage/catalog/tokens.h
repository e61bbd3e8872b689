#pragma once
// Access tokens. A token is "hf_bnyn" and 30 letters and digits (178 random bits): it looks as
// clients of public hubs demand, yet is told from theirs. Only its SHA-256 is stored; the text is
// shown once, at creation. Authenticate looks the hash up, so how long it takes tells nothing
// about any token's text; a wrong, unknown, expired or revoked token takes the same statement and
// gets the same answer.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "storage/base/random.h"
#include "storage/base/sqlite.h"
#include "storage/catalog/caller.h"

namespace banyan::storage {

inline constexpr std::string_view kTokenPrefix = "hf_bnyn";
inline constexpr std::size_t kTokenLength = 37;
inline constexpr std::size_t kMaxTokensPerUser = 256;

struct Token {
  std::int64_t row = 0;
  std::int64_t user = 0;
  std::string name;  // unique for its user
  Role role = Role::Read;
  std::int64_t created_ms = 0;
  std::optional<std::int64_t> expires_ms;
  std::optional<std::int64_t> used_ms;  // exact to a minute (storage/catalog/usage.h)
};

struct NewToken {
  std::int64_t user = 0;
  std::string name;
  Role role = Role::Read;
  std::optional<std::int64_t> expires_ms;
};
struct IssuedToken {
  Token token;
  std::string text;  // the secret: show it once, never log it
};
// Conflict for a name in use, TooLarge past kMaxTokensPerUser, Invalid for a bad name or a past
// expiry, NotFound for no such user. Inside Database::Write.
Result<IssuedToken> CreateToken(Connection& connection, Random& random, const NewToken& token,
                                std::int64_t now_ms);

// Whose token is this? Denied when it is none of ours that is valid now. A token in another
// hub's form gives an anonymous caller with `foreign_token` set, without a look-up.
Result<Caller> Authenticate(Connection& connection, std::string_view text, std::int64_t now_ms);

// The same for a token that was seen before, by its row: Denied once it is revoked or expired, or
// its user gone.
Result<Caller> CallerOfToken(Connection& connection, std::int64_t row, std::int64_t now_ms);

Result<Token> GetToken(Connection& connection, std::int64_t row);
// By name.
Result<std::vector<Token>> ListTokens(Connection& connection, std::int64_t user);
// Takes effect with the commit. NotFound when `user` has no such token.
Status RevokeToken(Connection& connection, std::int64_t user, std::int64_t row);

}  // namespace banyan::storage
