#pragma once
// Signed notes (C2SP signed-note v1) and the keys that verify them. What is parsed is rendered
// again and compared, so that one note has one form. Pure values, safe for concurrent use.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "storage/base/signing.h"

namespace banyan::federation {

inline constexpr std::size_t kMaxNoteBytes = 64u << 10;
inline constexpr std::size_t kMaxNoteSignatures = 100;

// What a signature of a note says, by its type byte.
enum class NoteKeyType : std::uint8_t {
  Ed25519 = 1,      // the signer stands for the text
  Cosignature = 4,  // "at this time I had seen no larger consistent log" (tlog-cosignature)
};

// A verifier key; its text form is `<name>+<key id, 8 hex digits>+<base64 of type and key>`.
class NoteKey {
 public:
  // Invalid unless the name is not empty and has neither space nor '+'.
  static Result<NoteKey> Make(std::string name, NoteKeyType type, const PublicKey& key);
  static Result<NoteKey> Parse(std::string_view text);
  std::string ToString() const;

  const std::string& name() const { return name_; }
  NoteKeyType type() const { return type_; }
  const PublicKey& key() const { return key_; }
  // A hint, not a proof: others can make keys of the same id.
  std::uint32_t id() const;

 private:
  NoteKey(std::string name, NoteKeyType type, const PublicKey& key)
      : name_(std::move(name)), type_(type), key_(key) {}
  std::string name_;
  NoteKeyType type_;
  PublicKey key_;
};

struct NoteSignature {
  std::string name;
  std::uint32_t key_id = 0;
  Bytes signature;  // without the key id
  bool operator==(const NoteSignature&) const = default;
};

struct SignedNote {
  std::string text;  // ends with a line feed
  std::vector<NoteSignature> signatures;

  // TooLarge past the limits above, Invalid for anything that ToString would not give back.
  static Result<SignedNote> Parse(std::string_view bytes);
  std::string ToString() const;
};

// Signs `text` as `name` with a log's key (type Ed25519).
NoteSignature SignNote(std::string_view text, const std::string& name, const SigningKey& key);
// Cosigns `text`, a checkpoint, at `time_s` since 1970.
NoteSignature CosignNote(std::string_view text, const std::string& name, std::uint64_t time_s,
                         const SigningKey& key);

// That key made this signature of the text, of its kind.
bool IsSignedBy(const NoteKey& key, std::string_view text, const NoteSignature& signature);

// The keys among `known` that verify a signature of the note; signatures of unknown keys are
// passed over. Invalid when a known key's signature is wrong, or when none is by a known key.
Result<std::vector<NoteKey>> VerifyNote(const SignedNote& note, const std::vector<NoteKey>& known);

// The time that a cosignature states, in seconds since 1970, below 2^63. Invalid for another
// signature.
Result<std::uint64_t> CosignatureTime(const NoteSignature& signature);

}  // namespace banyan::federation
