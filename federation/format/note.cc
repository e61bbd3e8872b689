#include "federation/format/note.h"

#include <algorithm>

#include "storage/base/digest.h"
#include "storage/base/utf8.h"

namespace banyan::federation {

namespace {

constexpr std::string_view kSignatureStart = "\xE2\x80\x94 ";  // em dash, space
constexpr std::size_t kKeyIdBytes = 4;
constexpr std::size_t kTimeBytes = 8;

template <typename T>
Bytes BigEndian(T value) {
  Bytes out(sizeof(T));
  for (auto byte = out.rbegin(); byte != out.rend(); ++byte, value >>= 8) {
    *byte = static_cast<std::uint8_t>(value);
  }
  return out;
}

std::uint64_t ReadBigEndian(ByteView bytes) {
  std::uint64_t value = 0;
  for (const auto byte : bytes) value = value << 8 | byte;
  return value;
}

bool IsUnicodeSpace(char32_t c) {
  return c == 0x20 || (c >= 0x09 && c <= 0x0d) || c == 0x85 || c == 0xa0 || c == 0x1680 ||
         (c >= 0x2000 && c <= 0x200a) || c == 0x2028 || c == 0x2029 || c == 0x202f || c == 0x205f ||
         c == 0x3000;
}

bool IsKeyName(std::string_view name) {
  if (name.empty()) return false;
  while (!name.empty()) {
    const auto character = DecodeUtf8(name);
    if (!character.valid || character.value == U'+' || IsUnicodeSpace(character.value)) {
      return false;
    }
    name.remove_prefix(character.size_bytes);
  }
  return true;
}

Error Malformed(std::string_view what) {
  return Error(Errc::Invalid, "signed note: " + std::string(what));
}

Result<NoteSignature> ParseSignatureLine(std::string_view line) {
  if (!line.starts_with(kSignatureStart)) return Malformed("a signature line starts otherwise");
  line.remove_prefix(kSignatureStart.size());
  const auto space = line.find(' ');
  if (space == std::string_view::npos || !IsKeyName(line.substr(0, space))) {
    return Malformed("a signature without a key name");
  }
  const Bytes blob = TRY(ParseBase64(line.substr(space + 1)).Context("signed note"));
  if (blob.size() <= kKeyIdBytes) return Malformed("a signature that is too short");
  NoteSignature out;
  out.name = line.substr(0, space);
  out.key_id = static_cast<std::uint32_t>(ReadBigEndian(ByteView(blob).first(kKeyIdBytes)));
  out.signature.assign(blob.begin() + kKeyIdBytes, blob.end());
  return out;
}

std::string CosignedMessage(std::string_view text, std::uint64_t time_s) {
  return "cosignature/v1\ntime " + std::to_string(time_s) + "\n" + std::string(text);
}

}  // namespace

Result<NoteKey> NoteKey::Make(std::string name, NoteKeyType type, const PublicKey& key) {
  if (!IsKeyName(name)) return Error(Errc::Invalid, "note key: no name, or space or + in it");
  return NoteKey(std::move(name), type, key);
}

Result<NoteKey> NoteKey::Parse(std::string_view text) {
  const auto first = text.find('+');
  const auto second = first == std::string_view::npos ? first : text.find('+', first + 1);
  if (second == std::string_view::npos) {
    return Error(Errc::Invalid, "note key: expected <name>+<id>+<base64>");
  }
  const Bytes blob = TRY(ParseBase64(text.substr(second + 1)).Context("note key"));
  if (blob.empty() || (blob[0] != 1 && blob[0] != 4)) {
    return Error(Errc::Invalid, "note key: only Ed25519 keys and cosignature keys are known");
  }
  const auto public_key = TRY(PublicKey::FromBytes(ByteView(blob).subspan(1)));
  auto key = TRY(Make(std::string(text.substr(0, first)), NoteKeyType{blob[0]}, public_key));
  if (key.ToString() != text) return Error(Errc::Invalid, "note key: its id is another");
  return key;
}

std::string NoteKey::ToString() const {
  Bytes blob = {static_cast<std::uint8_t>(type_)};
  blob.insert(blob.end(), key_.bytes().begin(), key_.bytes().end());
  return name_ + "+" + ToHex(BigEndian(id())) + "+" + ToBase64(blob);
}

std::uint32_t NoteKey::id() const {
  Sha256Hasher hasher;
  const std::uint8_t separator_and_type[] = {'\n', static_cast<std::uint8_t>(type_)};
  hasher.Update(AsBytes(name_));
  hasher.Update(separator_and_type);
  hasher.Update(key_.bytes());
  return static_cast<std::uint32_t>(ReadBigEndian(hasher.Finish().bytes().first(kKeyIdBytes)));
}

Result<SignedNote> SignedNote::Parse(std::string_view bytes) {
  if (bytes.size() > kMaxNoteBytes) return Error(Errc::TooLarge, "signed note: over 64 KiB");
  const bool has_control = std::any_of(bytes.begin(), bytes.end(), [](char c) {
    return static_cast<unsigned char>(c) < ' ' && c != '\n';
  });
  if (has_control || !IsUtf8(bytes)) return Malformed("not plain UTF-8 text");
  const auto blank = bytes.rfind("\n\n");
  if (blank == std::string_view::npos || bytes.back() != '\n') {
    return Malformed("no empty line before the signatures, or no line feed at the end");
  }
  SignedNote note;
  note.text = bytes.substr(0, blank + 1);
  for (auto rest = bytes.substr(blank + 2); !rest.empty();) {
    const auto end = rest.find('\n');
    if (note.signatures.size() == kMaxNoteSignatures) {
      return Error(Errc::TooLarge, "signed note: over 100 signatures");
    }
    note.signatures.push_back(TRY(ParseSignatureLine(rest.substr(0, end))));
    rest.remove_prefix(end + 1);
  }
  if (note.signatures.empty() || note.ToString() != bytes) return Malformed("not in its only form");
  return note;
}

std::string SignedNote::ToString() const {
  std::string out = text + "\n";
  for (const auto& signature : signatures) {
    Bytes blob = BigEndian(signature.key_id);
    blob.insert(blob.end(), signature.signature.begin(), signature.signature.end());
    out.append(kSignatureStart).append(signature.name).append(" ").append(ToBase64(blob));
    out += '\n';
  }
  return out;
}

NoteSignature SignNote(std::string_view text, const std::string& name, const SigningKey& key) {
  const auto note_key = NoteKey::Make(name, NoteKeyType::Ed25519, key.public_key());
  ENSURE(note_key.has_value());
  const auto signature = key.Sign(AsBytes(text));
  return {name, note_key->id(), Bytes(signature.begin(), signature.end())};
}

NoteSignature CosignNote(std::string_view text, const std::string& name, std::uint64_t time_s,
                         const SigningKey& key) {
  const auto note_key = NoteKey::Make(name, NoteKeyType::Cosignature, key.public_key());
  ENSURE(note_key.has_value());
  const auto signature = key.Sign(AsBytes(CosignedMessage(text, time_s)));
  Bytes blob = BigEndian(time_s);
  blob.insert(blob.end(), signature.begin(), signature.end());
  return {name, note_key->id(), std::move(blob)};
}

bool IsSignedBy(const NoteKey& key, std::string_view text, const NoteSignature& signature) {
  if (signature.name != key.name() || signature.key_id != key.id()) return false;
  if (key.type() == NoteKeyType::Ed25519) {
    return key.key().Verifies(AsBytes(text), signature.signature);
  }
  const auto time_s = CosignatureTime(signature);
  return time_s && key.key().Verifies(AsBytes(CosignedMessage(text, *time_s)),
                                      ByteView(signature.signature).subspan(kTimeBytes));
}

Result<std::vector<NoteKey>> VerifyNote(const SignedNote& note, const std::vector<NoteKey>& known) {
  std::vector<NoteKey> verified;
  for (const auto& key : known) {
    for (const auto& signature : note.signatures) {
      if (signature.name != key.name() || signature.key_id != key.id()) continue;
      if (!IsSignedBy(key, note.text, signature)) {
        return Error(Errc::Invalid, "signed note: the signature of " + key.name() + " is wrong");
      }
      verified.push_back(key);
      break;
    }
  }
  if (verified.empty()) return Error(Errc::Invalid, "signed note: no signature by a known key");
  return verified;
}

Result<std::uint64_t> CosignatureTime(const NoteSignature& signature) {
  if (signature.signature.size() != kTimeBytes + Signature().size()) {
    return Error(Errc::Invalid, "not a cosignature");
  }
  const auto time_s = ReadBigEndian(ByteView(signature.signature).first(kTimeBytes));
  if (time_s >> 63 == 0) return time_s;
  return Error(Errc::Invalid, "a cosignature of no time");
}

}  // namespace banyan::federation
