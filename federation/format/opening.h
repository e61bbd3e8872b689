#pragma once
// The entries that begin an epoch: `genesis` the first one, `open` every later one
// (PROTOCOL.md sections 2 and 3). Values; pure functions.

#include <optional>

#include "federation/format/key_set.h"
#include "federation/format/log_proof.h"
#include "federation/format/node_id.h"

namespace banyan::federation {

// What the first entry of any epoch states about keys.
struct EpochKeys {
  KeySet keys;
  Sha256 next;                     // commitment to the key set of the next epoch
  std::optional<Sha256> recovery;  // commitment to the key that overrides `next`
};

struct Genesis {
  EpochKeys epoch;
  std::string salt;  // 32 hex digits

  static Result<Genesis> Parse(const Json& entry);
  Bytes Render() const;
  NodeId node() const { return NodeId(HashLeaf(Render())); }
};

enum class OpenReason { Rotation, Fork, Compaction, Compromise };

struct Opening {
  struct Previous {
    std::uint64_t epoch = 0;
    LogState state;
  };
  struct Recovery {
    PublicKey key;
    Signature signature;
  };

  NodeId node;
  std::uint64_t epoch = 1;
  Previous previous;
  EpochKeys keys;
  Sha256 state;  // root of the state tree over all cards so far
  OpenReason reason = OpenReason::Rotation;
  std::optional<Recovery> recovery;

  static Result<Opening> Parse(const Json& entry);
  Bytes Render() const;
  // Signs with the recovery key, which then stands in for the committed next keys.
  void SignWith(const SigningKey& recovery_key);
  // Invalid unless this epoch may follow one that stated `before`: its keys are those committed to,
  // or the recovery key signs. `entry` is what this was parsed from. Whether the history leads to
  // `previous` is for the caller to check.
  Status RequireAuthority(const EpochKeys& before, const Json& entry) const;
};

std::string_view ToString(OpenReason reason);

}  // namespace banyan::federation
