#include "federation/format/fork_evidence.h"

#include <charconv>

namespace banyan::federation {
namespace {

constexpr std::string_view kWord = "note ";

Error Malformed() { return Error(Errc::Invalid, "evidence of a fork: malformed"); }

// Takes one note off the front. That its length has no leading zeros shows when it is rendered.
Result<std::string> TakeNote(std::string_view& left) {
  const auto line = left.substr(0, left.find('\n'));
  if (line.size() == left.size() || !line.starts_with(kWord)) return Malformed();
  std::size_t length = 0;
  const auto* const end = line.data() + line.size();
  const auto [at, error] = std::from_chars(line.data() + kWord.size(), end, length);
  left.remove_prefix(line.size() + 1);
  if (error != std::errc() || at != end || length > kMaxNoteBytes || length > left.size()) {
    return Malformed();
  }
  std::string note(left.substr(0, length));
  left.remove_prefix(length);
  return note;
}

}  // namespace

Result<ForkEvidence> ForkEvidence::Parse(std::string_view text) {
  if (text.size() > kMaxEvidenceBytes) {
    return Error(Errc::TooLarge, "evidence of a fork: too large");
  }
  auto left = text;
  ForkEvidence evidence;
  evidence.first = TRY(TakeNote(left));
  evidence.second = TRY(TakeNote(left));
  if (evidence.ToString() != text) return Malformed();
  return evidence;
}

std::string ForkEvidence::ToString() const {
  std::string text;
  for (const auto* note : {&first, &second}) {
    text += std::string(kWord) + std::to_string(note->size()) + "\n" + *note;
  }
  return text;
}

std::string EvidencePath(const LogName& name) { return name.Path() + "fork"; }

}  // namespace banyan::federation
