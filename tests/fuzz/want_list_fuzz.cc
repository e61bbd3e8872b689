// What parses as a list of wants prints to the same text, and is within its limits.

#include "federation/format/want_list.h"
#include "storage/base/bytes.h"
#include "storage/base/check.h"

namespace banyan::federation {
namespace {

void TryInput(ByteView input) {
  const auto list = WantList::Parse(AsText(input));
  if (!list) return;
  ENSURE(list->Render() == AsText(input));
  ENSURE(list->wants.size() <= kMaxWantsAtOnce);
  for (const auto& want : list->wants) {
    ENSURE(want.path.empty() != want.objects.empty());
    ENSURE(want.path.empty() || want.path.starts_with("/fed/"));
  }
}

}  // namespace
}  // namespace banyan::federation

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  banyan::federation::TryInput({data, size});
  return 0;
}
