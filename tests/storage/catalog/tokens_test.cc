#include "storage/catalog/tokens.h"

#include <algorithm>

#include "tests/support/test_catalog.h"

using namespace banyan;
using namespace banyan::storage;
using banyan::testing::TestCatalog;

namespace {
struct Fixture {
  TestCatalog catalog;
  std::int64_t alice = MUST(catalog.Write([](Connection& c) {
                         return CreateUser(c, {"alice", "", false}, 1);
                       })).row;

  Result<IssuedToken> Create(const NewToken& token, std::int64_t now_ms) {
    return catalog.Write(
        [&](Connection& c) { return CreateToken(c, SystemRandom(), token, now_ms); });
  }
  Result<Caller> Try(std::string_view text, std::int64_t now_ms) {
    return catalog.Read([&](Connection& c) { return Authenticate(c, text, now_ms); });
  }
};
}  // namespace

TEST_CASE("ATokenIsKnownByItsRowUntilItEnds") {
  Fixture f;
  const auto issued = MUST(f.Create({f.alice, "laptop", Role::Write, 200}, 100));
  const auto look = [&](std::int64_t row, std::int64_t now_ms) {
    return f.catalog.Read([&](Connection& c) { return CallerOfToken(c, row, now_ms); });
  };
  const auto caller = MUST(look(issued.token.row, 199));
  REQUIRE(caller.user == f.alice);
  REQUIRE(caller.token == issued.token.row);
  REQUIRE(caller.token_role == Role::Write);
  MUST_FAIL(look(issued.token.row, 200), Errc::Denied);
  MUST_FAIL(look(issued.token.row + 1, 100), Errc::Denied);
  MUST(f.catalog.Write(
      [&](Connection& c) -> Status { return RevokeToken(c, f.alice, issued.token.row); }));
  MUST_FAIL(look(issued.token.row, 100), Errc::Denied);
}

TEST_CASE("TokensLookAsClientsDemandAndAuthenticateTheirUser") {
  Fixture f;
  const auto issued = MUST(f.Create({f.alice, "laptop", Role::Write, {}}, 100));
  REQUIRE(issued.text.starts_with("hf_bnyn"));
  REQUIRE(issued.text.size() == kTokenLength);
  REQUIRE(kTokenLength >= std::string_view("hf_").size() + 34);
  REQUIRE(std::all_of(issued.text.begin() + 3, issued.text.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
  }));
  const auto caller = MUST(f.Try(issued.text, 101));
  REQUIRE(caller.user == f.alice);
  REQUIRE(caller.name == "alice");
  REQUIRE(caller.token == issued.token.row);
  REQUIRE(caller.token_role == Role::Write);
  REQUIRE_FALSE(caller.foreign_token);
  REQUIRE_FALSE(caller.IsAnonymous());
  REQUIRE(MUST(f.Create({f.alice, "other", Role::Read, {}}, 100)).text != issued.text);
}

TEST_CASE("WrongUnknownExpiredAndRevokedTokensGetOneAnswer") {
  Fixture f;
  const auto kept = MUST(f.Create({f.alice, "kept", Role::Read, {}}, 100));
  const auto expiring = MUST(f.Create({f.alice, "expiring", Role::Read, 200}, 100));
  const auto revoked = MUST(f.Create({f.alice, "revoked", Role::Read, {}}, 100));
  MUST(f.Try(expiring.text, 199));
  MUST(f.Try(revoked.text, 199));
  MUST(f.catalog.Write([&](Connection& c) { return RevokeToken(c, f.alice, revoked.token.row); }));
  std::string wrong = kept.text;
  wrong.back() = wrong.back() == 'x' ? 'y' : 'x';
  std::string answer;
  for (const std::string& text :
       {expiring.text, revoked.text, wrong, kept.text + "x", kept.text.substr(0, 36),
        std::string("hf_bnyn"), std::string(), std::string("password"), std::string(10000, 'x')}) {
    const auto tried = f.Try(text, 200);
    REQUIRE_FALSE(tried.has_value());
    REQUIRE(tried.error().code() == Errc::Denied);
    if (answer.empty()) answer = tried.error().message();
    REQUIRE(tried.error().message() == answer);
  }
  MUST(f.Try(kept.text, 200));
  MUST_FAIL(f.catalog.Write([&](Connection& c) { return RevokeToken(c, 999, kept.token.row); }),
            Errc::NotFound);
}

TEST_CASE("AnotherHubsTokenMakesAnAnonymousCaller") {
  Fixture f;
  for (const char* text : {"hf_abcdefghijklmnopqrstuvwxyzABCDEFGH", "hf_", "hf_oauth_x"}) {
    const auto caller = MUST(f.Try(text, 1));
    REQUIRE(caller.foreign_token);
    REQUIRE(caller.IsAnonymous());
    REQUIRE_FALSE(caller.IsOperator());
  }
}

TEST_CASE("OnlyTheDigestOfATokenIsStored") {
  Fixture f;
  const auto issued = MUST(f.Create({f.alice, "laptop", Role::Write, {}}, 100));
  f.catalog.Read([&](Connection& c) {
    auto rows = c.Query("SELECT count(*) FROM token WHERE hash = ? AND length(hash) = 32",
                        HashSha256(AsBytes(issued.text)));
    REQUIRE(rows.Next());
    REQUIRE(rows.Int(0) == 1);
    return 0;
  });
}

TEST_CASE("BadTokensAreNotIssued") {
  Fixture f;
  MUST(f.Create({f.alice, "laptop", Role::Write, {}}, 100));
  MUST_FAIL(f.Create({f.alice, "laptop", Role::Read, {}}, 100), Errc::Conflict);
  MUST_FAIL(f.Create({f.alice, "", Role::Read, {}}, 100), Errc::Invalid);
  MUST_FAIL(f.Create({f.alice, "a\x01", Role::Read, {}}, 100), Errc::Invalid);
  MUST_FAIL(f.Create({f.alice, "past", Role::Read, 100}, 100), Errc::Invalid);
  MUST_FAIL(f.Create({999, "nobody", Role::Read, {}}, 100), Errc::NotFound);
  MUST_FAIL(f.catalog.Write([&](Connection& c) -> Status {
    for (std::size_t i = 0; i < kMaxTokensPerUser; ++i) {
      TRY(CreateToken(c, SystemRandom(), {f.alice, "t" + std::to_string(i), Role::Read, {}}, 1));
    }
    return Ok();
  }),
            Errc::TooLarge);
}

TEST_CASE("CallersKnowTheirRoles") {
  Fixture f;
  const auto bob = MUST(f.catalog.Write([](Connection& c) {
                     return CreateUser(c, {"bob", "", true}, 1);
                   })).row;
  std::vector<std::int64_t> organisations;
  for (const Role role : {Role::Admin, Role::Read, Role::Write}) {
    organisations.push_back(MUST(f.catalog.Write([&](Connection& c) -> Result<std::int64_t> {
      const auto made =
          TRY(CreateOrganisation(c, {"org-" + std::string(ToString(role)), "", f.alice}, 1));
      TRY(SetMember(c, made.row, bob, role));
      return made.row;
    })));
  }
  const auto of = [&](Role role) {
    return MUST(f.catalog.Read([&](Connection& c) { return CallerOf(c, bob, role); }));
  };
  const auto caller = of(Role::Read);
  REQUIRE(caller.RoleIn(bob) == Role::Admin);
  REQUIRE(caller.RoleIn(organisations[0]) == Role::Admin);
  REQUIRE(caller.RoleIn(organisations[1]) == Role::Read);
  REQUIRE(caller.RoleIn(organisations[2]) == Role::Write);
  REQUIRE_FALSE(caller.RoleIn(f.alice));
  REQUIRE_FALSE(caller.RoleIn(0));
  REQUIRE_FALSE(Caller().RoleIn(0));
  REQUIRE_FALSE(of(Role::Write).IsOperator());
  REQUIRE(of(Role::Admin).IsOperator());
  REQUIRE(Caller::Operator().IsOperator());
  REQUIRE_FALSE(Caller::Operator().IsAnonymous());
  MUST_FAIL(
      f.catalog.Read([&](Connection& c) { return CallerOf(c, organisations[0], Role::Read); }),
      Errc::NotFound);
}
