#pragma once
// Ed25519 signatures (RFC 8032) and keys derived from a secret by label (HKDF-SHA256, RFC 5869).
// Pure functions and values, safe for concurrent use.

#include <array>
#include <compare>
#include <string>
#include <string_view>

#include "storage/base/bytes.h"
#include "storage/base/result.h"

namespace banyan {

using Secret = std::array<std::uint8_t, 32>;
using Signature = std::array<std::uint8_t, 64>;

// The output of HKDF-SHA256 with `secret` as input keying material, no salt and `label` as info.
Secret DeriveSecret(const Secret& secret, std::string_view label);

class PublicKey {
 public:
  static constexpr std::size_t kSize = 32;

  static Result<PublicKey> FromBytes(ByteView raw);
  // Standard base64 of the 32 bytes, padded; ParseBase64's strictness.
  static Result<PublicKey> Parse(std::string_view text);
  std::string ToString() const { return ToBase64(raw_); }
  ByteView bytes() const { return raw_; }

  // True when `signature` is this key's over `message`; false for anything else, also for 32 bytes
  // that are no point of the curve.
  bool Verifies(ByteView message, ByteView signature) const;

  auto operator<=>(const PublicKey&) const = default;

 private:
  explicit PublicKey(const std::array<std::uint8_t, kSize>& raw) : raw_(raw) {}
  std::array<std::uint8_t, kSize> raw_;
};

class SigningKey {
 public:
  // `seed` is the private key of RFC 8032.
  explicit SigningKey(const Secret& seed);

  const PublicKey& public_key() const { return public_key_; }
  Signature Sign(ByteView message) const;

 private:
  Secret seed_;
  PublicKey public_key_;
};

}  // namespace banyan
