#include "storage/base/signing.h"

#include <openssl/evp.h>
#include <openssl/kdf.h>

#include <algorithm>
#include <memory>

namespace banyan {

namespace {

using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using KeyContext = std::unique_ptr<EVP_PKEY_CTX, decltype(&EVP_PKEY_CTX_free)>;
using DigestContext = std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)>;

Key PrivateKey(const Secret& seed) {
  Key key(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, seed.data(), seed.size()),
          EVP_PKEY_free);
  ENSURE(key != nullptr);
  return key;
}

PublicKey PublicOf(const Secret& seed) {
  std::array<std::uint8_t, PublicKey::kSize> raw{};
  std::size_t size = raw.size();
  ENSURE(EVP_PKEY_get_raw_public_key(PrivateKey(seed).get(), raw.data(), &size) == 1);
  return *PublicKey::FromBytes(raw);
}

}  // namespace

Secret DeriveSecret(const Secret& secret, std::string_view label) {
  const KeyContext context(EVP_PKEY_CTX_new_id(EVP_PKEY_HKDF, nullptr), EVP_PKEY_CTX_free);
  Secret out{};
  std::size_t size = out.size();
  ENSURE(context != nullptr && EVP_PKEY_derive_init(context.get()) > 0);
  ENSURE(EVP_PKEY_CTX_set_hkdf_md(context.get(), EVP_sha256()) > 0);
  ENSURE(EVP_PKEY_CTX_set1_hkdf_key(context.get(), secret.data(), static_cast<int>(secret.size())) >
         0);
  ENSURE(EVP_PKEY_CTX_add1_hkdf_info(context.get(), AsBytes(label).data(),
                                     static_cast<int>(label.size())) > 0);
  ENSURE(EVP_PKEY_derive(context.get(), out.data(), &size) > 0 && size == out.size());
  return out;
}

Result<PublicKey> PublicKey::FromBytes(ByteView raw) {
  if (raw.size() != kSize) return Error(Errc::Invalid, "public key: expected 32 bytes");
  std::array<std::uint8_t, kSize> bytes{};
  std::copy(raw.begin(), raw.end(), bytes.begin());
  return PublicKey(bytes);
}

Result<PublicKey> PublicKey::Parse(std::string_view text) {
  return FromBytes(TRY(ParseBase64(text).Context("public key")));
}

bool PublicKey::Verifies(ByteView message, ByteView signature) const {
  const Key key(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, raw_.data(), raw_.size()),
                EVP_PKEY_free);
  const DigestContext context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  if (key == nullptr || signature.size() != Signature().size()) return false;
  return EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key.get()) == 1 &&
         EVP_DigestVerify(context.get(), signature.data(), signature.size(), message.data(),
                          message.size()) == 1;
}

SigningKey::SigningKey(const Secret& seed) : seed_(seed), public_key_(PublicOf(seed)) {}

Signature SigningKey::Sign(ByteView message) const {
  Signature out{};
  std::size_t size = out.size();
  const DigestContext context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  const Key key = PrivateKey(seed_);
  ENSURE(EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key.get()) == 1);
  ENSURE(EVP_DigestSign(context.get(), out.data(), &size, message.data(), message.size()) == 1);
  ENSURE(size == out.size());
  return out;
}

}  // namespace banyan
