#include "node/auth.h"

#include "storage/catalog/tokens.h"
#include "tests/support/catalog_makers.h"
#include "tests/support/fake_random.h"

using namespace banyan;
using namespace banyan::node;

namespace {

HeaderList With(std::string_view authorization) {
  HeaderList headers;
  headers.Add("authorization", authorization);
  return headers;
}

Request Asking(std::string_view authorization) {
  Request request;
  request.headers = With(authorization);
  return request;
}

std::string Token(std::string_view authorization) {
  const auto token = MUST(TokenOf(With(authorization)));
  return token ? *token : "none";
}

std::string Basic(std::string_view text) { return "Basic " + ToBase64(AsBytes(text)); }

}  // namespace

TEST_CASE("TokensComeAsBearerOrBasic") {
  CHECK(Token("Bearer hf_x") == "hf_x");
  CHECK(Token("bearer  hf_x") == "hf_x");
  CHECK(Token(Basic("anyone:hf_x")) == "hf_x");
  CHECK(Token(Basic("hf_x:")) == "hf_x");
  CHECK(Token(Basic("user:a:b")) == "a:b");
  CHECK(Token("") == "none");
  CHECK_FALSE(MUST(TokenOf({})).has_value());
}

TEST_CASE("OtherFormsOfAuthorizationAreRefused") {
  for (const std::string bad : {"Digest x", "Bearer", "Basic !!!", "hf_x", "Basic aGVsbG8="}) {
    INFO(bad);
    MUST_FAIL(TokenOf(With(bad)), Errc::Denied);
  }
  MUST_FAIL(TokenOf(With("Bearer " + std::string(5000, 'x'))), Errc::Denied);
}

TEST_CASE("ACallerIsWhoseTokenWasSent") {
  testing::TestCatalog catalog;
  FakeRandom random(1);
  const auto user = testing::MakeUser(catalog, "alice");
  const auto issued = MUST(catalog.Write([&](storage::Connection& connection) {
    return storage::CreateToken(connection, random, {user, "t", storage::Role::Write, 1000}, 1);
  }));
  const auto ask = [&](const std::string& header, std::int64_t now_ms) {
    return AuthenticateRequest(catalog.database(), Asking(header), now_ms);
  };
  const auto caller = MUST(ask("Bearer " + issued.text, 2));
  CHECK(caller.name == "alice");
  CHECK(caller.token_role == storage::Role::Write);
  CHECK(MUST(ask(Basic("x:" + issued.text), 2)).user == user);
  MUST_FAIL(ask("Bearer " + issued.text, 1000), Errc::Denied);
  MUST_FAIL(ask("Bearer " + issued.text + "x", 2), Errc::Denied);
  MUST_FAIL(ask("Bearer ", 2), Errc::Denied);
  CHECK(MUST(ask("", 2)).IsAnonymous());

  // As a cookie, and for reading only.
  const auto show = [&](const std::string& path, const std::string& cookie) {
    auto request = Asking("");
    request.path = path;
    request.headers.Set("Cookie", cookie);
    return MUST(AuthenticateRequest(catalog.database(), request, 2)).name;
  };
  CHECK(show("/api/v1/models/a/b", "x=1; m_session_id=" + issued.text + "; y=2") == "alice");
  CHECK(show("/api/v1/models/a/b", "m_session_id=" + issued.text) == "alice");
  CHECK(show("/api/models/a/b", "m_session_id=" + issued.text).empty());
  CHECK(show("/api/v1/models/a/b", "y_m_session_id=" + issued.text + ";;=;m_session_id=").empty());
}

TEST_CASE("AnotherHubsTokenIsAnonymousAndMarked") {
  testing::TestCatalog catalog;
  const auto caller = MUST(AuthenticateRequest(
      catalog.database(), Asking("Bearer hf_abcdefghijklmnopqrstuvwxyz01234567"), 1));
  CHECK(caller.IsAnonymous());
  CHECK(caller.foreign_token);
}

TEST_CASE("ARefusalDoesNotReadAsAMissingRepository") {
  Response response;
  RefuseCredentials(response);
  CHECK(response.status == 401);
  CHECK(*response.headers.Find("X-Error-Message") == "Invalid credentials in Authorization header");
  CHECK_FALSE(response.headers.Has("X-Error-Code"));
  CHECK(response.headers.Find("WWW-Authenticate")->starts_with("Basic "));
}
