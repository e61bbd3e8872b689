#include "federation/format/opening.h"

#include <algorithm>
#include <array>

#include "federation/format/canonical_json.h"
#include "federation/format/entry_member.h"
#include "storage/base/json.h"

namespace banyan::federation {

namespace {

constexpr std::array<std::string_view, 4> kReasons = {"rotation", "fork", "compaction",
                                                      "compromise"};

Error Malformed(std::string_view what) {
  return Error(Errc::Invalid, "opening entry: " + std::string(what));
}

Result<EpochKeys> ParseKeys(const Json& entry) {
  const Json* keys = FindMember(entry, "keys");
  if (keys == nullptr) return Malformed("no keys");
  const auto key_set = TRY(KeySet::Parse(*keys));
  const auto next = TRY(TakeHash<Sha256>(entry, "next"));
  const auto recovery = TRY(TakeOptionalHash<Sha256>(entry, "recovery"));
  return EpochKeys{key_set, next, recovery};
}

void AddKeys(const EpochKeys& epoch, Json& entry) {
  entry["keys"] = epoch.keys.ToJson();
  entry["next"] = HashText(epoch.next);
  if (epoch.recovery) entry["recovery"] = HashText(*epoch.recovery);
}

Result<Opening::Previous> ParsePrevious(const Json& entry) {
  const Json* object = FindMember(entry, "prev");
  if (object == nullptr) return Malformed("no prev");
  const auto epoch = TRY(TakeCount(*object, "epoch"));
  const auto size = TRY(TakeCount(*object, "size"));
  const auto root = TRY(TakeHash<LogHash>(*object, "root"));
  return Opening::Previous{epoch, {size, root}};
}

Result<std::optional<Opening::Recovery>> ParseRecovery(const Json& entry) {
  const Json* auth = FindMember(entry, "auth");
  if (auth == nullptr) return std::optional<Opening::Recovery>();
  const auto key = TRY(PublicKey::Parse(FindString(*auth, "key").value_or("")));
  const Bytes raw = TRY(ParseBase64(FindString(*auth, "sig").value_or("")));
  Signature signature{};
  if (raw.size() != signature.size()) return Malformed("auth.sig is no signature");
  std::copy(raw.begin(), raw.end(), signature.begin());
  return std::optional(Opening::Recovery{key, signature});
}

Json WithoutRecovery(const Opening& opening) {
  Json entry = {{"t", "open"},
                {"v", 1},
                {"node", opening.node.ToString()},
                {"epoch", opening.epoch},
                {"prev",
                 {{"epoch", opening.previous.epoch},
                  {"size", opening.previous.state.size},
                  {"root", HashText(opening.previous.state.root)}}},
                {"state", HashText(opening.state)},
                {"reason", ToString(opening.reason)}};
  AddKeys(opening.keys, entry);
  return entry;
}

}  // namespace

std::string_view ToString(OpenReason reason) { return kReasons[static_cast<std::size_t>(reason)]; }

Result<Genesis> Genesis::Parse(const Json& entry) {
  const Genesis genesis{TRY(ParseKeys(entry)), FindString(entry, "salt").value_or("")};
  const auto salt = ParseHex(genesis.salt);
  if (!salt || salt->size() != 16) return Malformed("salt is not 32 hex digits");
  return genesis;
}

Bytes Genesis::Render() const {
  Json entry = {{"t", "genesis"}, {"v", 1}, {"salt", salt}};
  AddKeys(epoch, entry);
  return MustRenderCanonical(entry);
}

Result<Opening> Opening::Parse(const Json& entry) {
  const auto reason =
      std::find(kReasons.begin(), kReasons.end(), FindString(entry, "reason").value_or(""));
  if (reason == kReasons.end()) return Malformed("unknown reason");
  const auto node = TRY(NodeId::Parse(FindString(entry, "node").value_or("")));
  const auto epoch = TRY(TakeCount(entry, "epoch"));
  const auto previous = TRY(ParsePrevious(entry));
  const auto keys = TRY(ParseKeys(entry));
  const auto state = TRY(TakeHash<Sha256>(entry, "state"));
  const auto recovery = TRY(ParseRecovery(entry));
  const Opening out{node,    epoch, previous,
                    keys,    state, static_cast<OpenReason>(reason - kReasons.begin()),
                    recovery};
  if (out.epoch == 0 || out.previous.epoch != out.epoch - 1) {
    return Malformed("does not follow the epoch before");
  }
  return out;
}

Bytes Opening::Render() const {
  Json entry = WithoutRecovery(*this);
  if (recovery) {
    entry["auth"] = {{"key", recovery->key.ToString()}, {"sig", ToBase64(recovery->signature)}};
  }
  return MustRenderCanonical(entry);
}

void Opening::SignWith(const SigningKey& recovery_key) {
  recovery = Recovery{recovery_key.public_key(),
                      recovery_key.Sign(MustRenderCanonical(WithoutRecovery(*this)))};
}

Status Opening::RequireAuthority(const EpochKeys& before, const Json& entry) const {
  if (!recovery) {
    if (keys.keys.Commitment() == before.next) return Ok();
    return Malformed("its keys are not those that the epoch before committed to");
  }
  Json signed_part = entry;
  signed_part.erase("auth");
  if (!before.recovery || CommitmentTo(recovery->key) != *before.recovery ||
      !recovery->key.Verifies(MustRenderCanonical(signed_part), recovery->signature)) {
    return Malformed("not signed by the recovery key that the epoch before committed to");
  }
  return Ok();
}

}  // namespace banyan::federation
