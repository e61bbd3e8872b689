#include "storage/base/signing.h"

#include "tests/support/must.h"

using namespace banyan;

namespace {

// RFC 8032 section 7.1, test 2: one byte.
constexpr const char* kSeed = "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb";
constexpr const char* kPublic = "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c";
constexpr const char* kSignature =
    "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
    "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00";

Secret SecretOf(std::string_view hex) {
  Secret out;
  const Bytes raw = MUST(ParseHex(hex));
  std::copy(raw.begin(), raw.end(), out.begin());
  return out;
}

}  // namespace

TEST_CASE("SignsAsRfc8032") {
  const SigningKey key(SecretOf(kSeed));
  const Bytes message = {0x72};
  REQUIRE(ToHex(key.public_key().bytes()) == kPublic);
  const auto signature = key.Sign(message);
  REQUIRE(ToHex(signature) == kSignature);
  REQUIRE(key.public_key().Verifies(message, signature));
}

TEST_CASE("NothingElseVerifies") {
  const SigningKey key(SecretOf(kSeed));
  const Bytes message = {0x72};
  auto signature = key.Sign(message);
  REQUIRE_FALSE(key.public_key().Verifies({}, signature));
  REQUIRE_FALSE(key.public_key().Verifies(message, ByteView(signature).first(63)));
  REQUIRE_FALSE(SigningKey(Secret{}).public_key().Verifies(message, signature));
  signature[0] ^= 1;
  REQUIRE_FALSE(key.public_key().Verifies(message, signature));
  const Bytes no_point(32, 0xff);
  REQUIRE_FALSE(MUST(PublicKey::FromBytes(no_point)).Verifies(message, signature));
}

TEST_CASE("PublicKeysParseWhatTheyPrint") {
  const auto key = SigningKey(SecretOf(kSeed)).public_key();
  REQUIRE(MUST(PublicKey::Parse(key.ToString())) == key);
  MUST_FAIL(PublicKey::Parse(""), Errc::Invalid);
  MUST_FAIL(PublicKey::Parse("AAAA"), Errc::Invalid);
  MUST_FAIL(PublicKey::Parse(key.ToString() + " "), Errc::Invalid);
}

TEST_CASE("SecretsOfTwoLabelsDiffer") {
  const Secret root = SecretOf(kSeed);
  REQUIRE(DeriveSecret(root, "a") == DeriveSecret(root, "a"));
  REQUIRE(DeriveSecret(root, "a") != DeriveSecret(root, "b"));
  REQUIRE(DeriveSecret(Secret{}, "a") != DeriveSecret(root, "a"));
}
