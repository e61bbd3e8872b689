// A header of an archive that is taken names one regular file of a possible size, and so does what
// is rendered of it; a bundle's note prints to a text that parses to the same.

#include "federation/bundle/bundle_note.h"
#include "federation/bundle/tar_header.h"

namespace banyan::federation {
namespace {

void TryInput(ByteView input) {
  if (const auto note = BundleNote::Parse(AsText(input))) {
    ENSURE(*BundleNote::Parse(note->ToString()) == *note);
  }
  if (input.size() < kTarBlockBytes) return;
  const auto file = ParseTarHeader(input.first(kTarBlockBytes));
  if (!file || !*file) return;
  ENSURE((*file)->size_bytes < kMaxTarFileBytes && !(*file)->name.empty());
  ENSURE(PaddedTarSize((*file)->size_bytes) >= (*file)->size_bytes);
  ENSURE(**ParseTarHeader(RenderTarHeader(**file)) == **file);
}

}  // namespace
}  // namespace banyan::federation

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  banyan::federation::TryInput({data, size});
  return 0;
}
