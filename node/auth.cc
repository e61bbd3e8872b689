#include "node/auth.h"

#include <algorithm>

#include "node/http/http_error.h"
#include "storage/catalog/tokens.h"

namespace banyan::node {
namespace {

constexpr std::size_t kMaxCredentialBytes = 4096;

// What follows "scheme " when the header has that scheme.
std::optional<std::string_view> AfterScheme(std::string_view header, std::string_view scheme) {
  if (header.size() <= scheme.size() || header[scheme.size()] != ' ') return std::nullopt;
  if (!EqualsIgnoreCase(header.substr(0, scheme.size()), scheme)) return std::nullopt;
  header.remove_prefix(scheme.size());
  const auto first = header.find_first_not_of(' ');
  return first == header.npos ? std::string_view() : header.substr(first);
}

std::optional<std::string> TokenInCookie(const HeaderList& headers) {
  std::string_view left = headers.Find("Cookie").value_or("");
  if (left.size() > kMaxCredentialBytes) return std::nullopt;
  while (!left.empty()) {
    const auto end = std::min(left.find(';'), left.size());
    auto pair = left.substr(0, end);
    left.remove_prefix(std::min(end + 1, left.size()));
    pair.remove_prefix(std::min(pair.find_first_not_of(' '), pair.size()));
    const auto equals = pair.find('=');
    if (equals == pair.npos || pair.substr(0, equals) != kSessionCookie) continue;
    if (equals + 1 < pair.size()) return std::string(pair.substr(equals + 1));
  }
  return std::nullopt;
}

}  // namespace

Result<std::optional<std::string>> TokenOf(const HeaderList& headers) {
  const Error refused(Errc::Denied, "the Authorization header has a form that is not known here");
  const auto header = headers.Find("Authorization");
  if (!header || header->empty()) return std::optional<std::string>();
  if (header->size() > kMaxCredentialBytes) return refused;
  if (const auto token = AfterScheme(*header, "Bearer")) return std::optional(std::string(*token));
  const auto basic = AfterScheme(*header, "Basic");
  if (!basic) return refused;
  const auto decoded = ParseBase64(*basic);
  if (!decoded) return refused;
  const auto text = AsText(*decoded);
  const auto colon = text.find(':');
  if (colon == text.npos) return refused;
  const auto password = text.substr(colon + 1);
  return std::optional(std::string(password.empty() ? text.substr(0, colon) : password));
}

Result<storage::Caller> AuthenticateRequest(storage::Database& database, const Request& request,
                                            std::int64_t now_ms) {
  auto token = TRY(TokenOf(request.headers));
  if (!token && request.path.starts_with(kCookiePath)) token = TokenInCookie(request.headers);
  if (!token) return storage::Caller();
  auto lease = TRY(database.Read());
  return storage::Authenticate(*lease, *token, now_ms);
}

void RefuseCredentials(Response& response) {
  // Word for word what clients compare with.
  Fail(response, 401, "Invalid credentials in Authorization header");
  response.headers.Set("WWW-Authenticate", kBasicChallenge);
}

}  // namespace banyan::node
