// What parses as a signed note, a key, a checkpoint or the name of a log prints to the same text.

#include "federation/format/checkpoint.h"
#include "federation/format/log_name.h"
#include "federation/format/note.h"

namespace banyan::federation {
namespace {

template <typename T>
void TryText(std::string_view text) {
  const auto parsed = T::Parse(text);
  if (parsed) ENSURE(parsed->ToString() == text);
}

void TryInput(ByteView input) {
  const auto text = AsText(input);
  TryText<SignedNote>(text);
  TryText<NoteKey>(text);
  TryText<Checkpoint>(text);
  TryText<LogName>(text);
  if (const auto note = SignedNote::Parse(text)) {
    TryText<Checkpoint>(note->text);
    ENSURE(!VerifyNote(*note, {}));
  }
}

}  // namespace
}  // namespace banyan::federation

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  banyan::federation::TryInput({data, size});
  return 0;
}
