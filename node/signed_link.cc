#include "node/signed_link.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <charconv>

namespace banyan::node {
namespace {

// A canonical decimal: no sign, no leading zero, so that a link has one spelling.
Result<std::int64_t> QueryNumber(const Request& request, std::string_view name) {
  const auto text = request.Query(name).value_or("");
  std::int64_t number = -1;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
  if (parsed.ec != std::errc() || number < 0 || std::to_string(number) != text) {
    return Error(Errc::Denied, "this link is not one of ours");
  }
  return number;
}

}  // namespace

std::string LinkSigner::Mac(const SignedLink& link) const {
  return Mac(link.method, link.use + '\n' + link.oid.ToString() + '\n' +
                              std::to_string(link.size_bytes) + '\n' +
                              std::to_string(link.repository) + '\n' + std::to_string(link.user) +
                              '\n' + std::to_string(link.token) + '\n' + std::to_string(link.part) +
                              '\n' + std::to_string(link.expires_ms / 1000));
}

std::string LinkSigner::Mac(std::string_view use, std::string_view text) const {
  const std::string all = std::string(use) + '\n' + std::string(text);
  std::array<std::uint8_t, 32> mac{};
  unsigned size = 0;
  ENSURE(HMAC(EVP_sha256(), key_.data(), static_cast<int>(key_.size()), AsBytes(all).data(),
              all.size(), mac.data(), &size) != nullptr);
  return ToHex(mac);
}

LinkSigner::Proof LinkSigner::Check(std::string_view use, std::string_view text,
                                    std::string_view mac) const {
  const auto expected = Mac(use, text);
  const bool equal = mac.size() == expected.size() &&
                     CRYPTO_memcmp(mac.data(), expected.data(), expected.size()) == 0;
  return equal ? Proof::Genuine : Proof::Forged;
}

std::string LinkSigner::Sign(const SignedLink& link) const {
  return "/lfs/" + link.use + "/" + link.oid.ToString() +
         "?size=" + std::to_string(link.size_bytes) + "&repo=" + std::to_string(link.repository) +
         "&user=" + std::to_string(link.user) + "&token=" + std::to_string(link.token) +
         "&part=" + std::to_string(link.part) + "&until=" + std::to_string(link.expires_ms / 1000) +
         "&mac=" + Mac(link);
}

Result<SignedLink> LinkSigner::Verify(const Request& request, std::string_view use,
                                      std::int64_t now_ms) const {
  const Error refused(Errc::Denied, "this link is not one of ours");
  auto oid = Sha256::Parse(request.Param("oid"));
  if (!oid) return refused;
  SignedLink link;
  link.method = request.method == "HEAD" ? "GET" : request.method;
  link.use = use;
  link.oid = *oid;
  link.size_bytes = static_cast<std::uint64_t>(TRY(QueryNumber(request, "size")));
  link.repository = TRY(QueryNumber(request, "repo"));
  link.user = TRY(QueryNumber(request, "user"));
  link.token = TRY(QueryNumber(request, "token"));
  link.part = static_cast<std::uint64_t>(TRY(QueryNumber(request, "part")));
  const std::int64_t until_s = TRY(QueryNumber(request, "until"));
  if (until_s > INT64_MAX / 1000) return refused;
  link.expires_ms = until_s * 1000;
  const auto given = request.Query("mac").value_or("");
  const auto expected = Mac(link);
  if (given.size() != expected.size() ||
      CRYPTO_memcmp(given.data(), expected.data(), expected.size()) != 0) {
    return refused;
  }
  if (link.expires_ms <= now_ms) {
    return Error(Errc::Denied, "this link has expired: ask for a new one");
  }
  return link;
}

}  // namespace banyan::node
