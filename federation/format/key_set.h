#pragma once
// The public keys of a node in one epoch, one for each role, and the private ones they come from
// (PROTOCOL.md section 2). Values.

#include "storage/base/digest.h"
#include "storage/base/json_fwd.h"
#include "storage/base/signing.h"

namespace banyan::federation {

struct KeySet {
  PublicKey log;
  PublicKey mirror;
  PublicKey transport;
  PublicKey witness;

  // Invalid unless it is one key for each role, and no key for two.
  static Result<KeySet> Parse(const Json& object);
  Json ToJson() const;
  // What an earlier entry commits to: SHA-256 of the canonical form.
  Sha256 Commitment() const;
  bool operator==(const KeySet&) const = default;
};

// What `public_key` is committed to as: SHA-256 of its 32 bytes.
Sha256 CommitmentTo(const PublicKey& public_key);

struct SigningKeys {
  // The four keys of a seed.
  explicit SigningKeys(const Secret& seed);
  KeySet public_keys() const;

  SigningKey log;
  SigningKey mirror;
  SigningKey transport;
  SigningKey witness;
};

}  // namespace banyan::federation
