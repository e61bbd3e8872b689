// What parses as a page of heads or epochs, or a place in a journal, prints to the same text.

#include "federation/format/epochs_page.h"
#include "federation/format/heads_page.h"
#include "storage/base/bytes.h"
#include "storage/base/check.h"

namespace banyan::federation {
namespace {

void TryInput(ByteView input) {
  const auto text = AsText(input);
  if (const auto page = HeadsPage::Parse(text)) {
    ENSURE(page->ToString() == text);
    ENSURE(page->heads.size() <= kMaxHeadsAtOnce);
  }
  if (const auto page = EpochsPage::Parse(text)) ENSURE(page->ToString() == text);
  const auto place = JournalPlace::Parse(text);
  if (place) ENSURE(place->ToString() == text);
}

}  // namespace
}  // namespace banyan::federation

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  banyan::federation::TryInput({data, size});
  return 0;
}
