#include "federation/signed_head.h"

#include "federation/format/note.h"

namespace banyan::federation {

Result<std::optional<SignedHead>> ReadSignedHead(FileSystem& fs, const std::string& path,
                                                 const std::string& line, const PublicKey& key) {
  const auto bytes = ReadFile(fs, path, kMaxNoteBytes);
  if (!bytes && bytes.error().code() == Errc::NotFound) return std::optional<SignedHead>();
  const auto note = TRY(SignedNote::Parse(AsText(TRY(bytes))).Context(path));
  const auto known = TRY(NoteKey::Make(line, NoteKeyType::Ed25519, key));
  TRY(VerifyNote(note, {known}).Context(path));
  const auto checkpoint = TRY(Checkpoint::Parse(note.text).Context(path));
  if (checkpoint.origin != line) {
    return Error(Errc::Conflict, path + ": the checkpoint of another log, " + checkpoint.origin);
  }
  return std::optional(SignedHead{checkpoint.state, note.ToString()});
}

}  // namespace banyan::federation
