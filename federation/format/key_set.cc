#include "federation/format/key_set.h"

#include <set>

#include "federation/format/canonical_json.h"
#include "storage/base/json.h"

namespace banyan::federation {

namespace {

Result<PublicKey> TakeKey(const Json& object, std::string_view role) {
  const auto text = FindString(object, role);
  if (!text) return Error(Errc::Invalid, "keys: no " + std::string(role) + " key");
  return PublicKey::Parse(*text);
}

}  // namespace

Result<KeySet> KeySet::Parse(const Json& object) {
  const auto log = TRY(TakeKey(object, "log"));
  const auto mirror = TRY(TakeKey(object, "mirror"));
  const auto transport = TRY(TakeKey(object, "transport"));
  const auto witness = TRY(TakeKey(object, "witness"));
  const KeySet keys{log, mirror, transport, witness};
  if (keys.ToJson() != object) return Error(Errc::Invalid, "keys: not the four roles");
  if (std::set<PublicKey>{log, mirror, transport, witness}.size() < 4) {
    return Error(Errc::Invalid, "keys: one key for two roles");
  }
  return keys;
}

Json KeySet::ToJson() const {
  return {{"log", log.ToString()},
          {"mirror", mirror.ToString()},
          {"transport", transport.ToString()},
          {"witness", witness.ToString()}};
}

Sha256 KeySet::Commitment() const { return HashSha256(MustRenderCanonical(ToJson())); }

Sha256 CommitmentTo(const PublicKey& public_key) { return HashSha256(public_key.bytes()); }

SigningKeys::SigningKeys(const Secret& seed)
    : log(DeriveSecret(seed, "banyan log v1")),
      mirror(DeriveSecret(seed, "banyan mirror v1")),
      transport(DeriveSecret(seed, "banyan transport v1")),
      witness(DeriveSecret(seed, "banyan witness v1")) {}

KeySet SigningKeys::public_keys() const {
  return {log.public_key(), mirror.public_key(), transport.public_key(), witness.public_key()};
}

}  // namespace banyan::federation
