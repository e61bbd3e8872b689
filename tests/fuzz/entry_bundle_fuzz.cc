// The first byte is how many entries are expected: what is read as so many is written to the same
// bytes.

#include <algorithm>

#include "federation/format/entry_bundle.h"
#include "storage/base/check.h"
#include "storage/base/result.h"

namespace banyan::federation {
namespace {

void TryInput(ByteView input) {
  if (input.empty()) return;
  const unsigned count = input.front() + 1u;
  const auto bundle = input.subspan(1);
  const auto entries = ReadEntryBundle(bundle, count);
  if (!entries) return;
  ENSURE(entries->size() == count);
  const auto written = WriteEntryBundle(*entries);
  ENSURE(std::equal(written.begin(), written.end(), bundle.begin(), bundle.end()));
}

}  // namespace
}  // namespace banyan::federation

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  banyan::federation::TryInput({data, size});
  return 0;
}
