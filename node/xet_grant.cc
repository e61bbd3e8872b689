#include "node/xet_grant.h"

#include <array>
#include <charconv>

#include "node/auth.h"

namespace banyan::node {
namespace {

constexpr std::string_view kTokenUse = "xet token";
constexpr std::string_view kFetchUse = "xet fetch";

Error Refused() { return Error(Errc::Denied, "this Xet token or link is not one of ours"); }

// Canonical decimals with one character between them, so that each value has one spelling.
template <std::size_t kCount>
Result<std::array<std::uint64_t, kCount>> ParseNumbers(std::string_view text, char between) {
  std::array<std::uint64_t, kCount> numbers{};
  for (std::size_t i = 0; i < kCount; ++i) {
    const auto field = text.substr(0, text.find(between));
    const auto parsed = std::from_chars(field.data(), field.data() + field.size(), numbers[i]);
    const bool is_last = i + 1 == kCount;
    if (parsed.ec != std::errc() || std::to_string(numbers[i]) != field ||
        (field.size() == text.size()) != is_last) {
      return Refused();
    }
    if (!is_last) text.remove_prefix(field.size() + 1);
  }
  return numbers;
}

std::string TextOf(const XetGrant& grant) {
  return std::to_string(int{grant.may_write}) + "." + std::to_string(grant.repository) + "." +
         std::to_string(grant.user) + "." + std::to_string(grant.token) + "." +
         std::to_string(grant.expires_ms / 1000);
}

// `signed_text` is "<grant>.<mac>", whose MAC covers what is `about` as well.
Result<XetGrant> OpenGrant(const LinkSigner& signer, std::string_view use, const std::string& about,
                           std::string_view signed_text, std::int64_t now_ms) {
  const auto dot = signed_text.rfind('.');
  if (dot == signed_text.npos) return Refused();
  const auto text = signed_text.substr(0, dot);
  const auto mac = signed_text.substr(dot + 1);
  if (signer.Check(use, about + std::string(text), mac) == LinkSigner::Proof::Forged) {
    return Refused();
  }
  const auto fields = TRY(ParseNumbers<5>(text, '.'));
  const auto number = [&](std::size_t i) { return static_cast<std::int64_t>(fields[i]); };
  XetGrant grant{fields[0] != 0, number(1), number(2), number(3), number(4) * 1000};
  if (grant.expires_ms > now_ms) return grant;
  return Error(Errc::Denied, "this Xet token or link has expired: ask for a new one");
}

std::string PlaceOf(const XetFetch& fetch) {
  return fetch.file.ToString() + "/" + std::to_string(fetch.xorb.section) + "/" +
         std::to_string(fetch.xorb.run.first) + "-" + std::to_string(fetch.xorb.run.end);
}

std::string BytesOf(const XetFetch& fetch) {
  return std::to_string(fetch.from) + "-" + std::to_string(fetch.end - 1);
}

}  // namespace

SignedLink XetGrant::AsLink() const {
  SignedLink link;
  link.method = may_write ? "PUT" : "GET";
  link.repository = repository;
  link.user = user;
  link.token = token;
  link.expires_ms = expires_ms;
  return link;
}

std::string SignGrant(const LinkSigner& signer, const XetGrant& grant) {
  const auto text = TextOf(grant);
  return text + "." + signer.Mac(kTokenUse, text);
}

Result<XetGrant> GrantOf(const LinkSigner& signer, const Request& request, std::int64_t now_ms) {
  const auto token = TRY(TokenOf(request.headers));
  if (!token) return Error(Errc::Denied, "a Xet token is needed: ask for one at the repository");
  return OpenGrant(signer, kTokenUse, "", *token, now_ms);
}

std::string SignFetch(const LinkSigner& signer, const XetFetch& fetch) {
  const auto place = PlaceOf(fetch);
  const auto bytes = BytesOf(fetch);
  const auto grant = TextOf(fetch.grant);
  return "/xet/fetch/" + place + "?bytes=" + bytes + "&grant=" + grant + "." +
         signer.Mac(kFetchUse, place + "\n" + bytes + "\n" + grant);
}

Result<XetFetch> FetchOf(const LinkSigner& signer, const Request& request, std::int64_t now_ms) {
  XetFetch fetch;
  fetch.file = TRY(FileHash::Parse(request.Param("file")));
  fetch.xorb.section = TRY(ParseNumbers<1>(request.Param("section"), '.'))[0];
  const auto run = TRY(ParseNumbers<2>(request.Param("run"), '-'));
  fetch.xorb.run = {run[0], run[1]};
  const auto bytes = TRY(ParseNumbers<2>(request.Query("bytes").value_or(""), '-'));
  fetch.from = bytes[0];
  fetch.end = bytes[1] + 1;
  const std::string about = PlaceOf(fetch) + "\n" + BytesOf(fetch) + "\n";
  fetch.grant =
      TRY(OpenGrant(signer, kFetchUse, about, request.Query("grant").value_or(""), now_ms));
  return fetch;
}

}  // namespace banyan::node
