// Index text made twice must be the same, or rows could not be found again; a query is either
// refused or quoted as a whole.
#include <algorithm>
#include <cstdint>

#include "storage/base/check.h"
#include "storage/base/utf8.h"
#include "storage/metadata/search_text.h"

using namespace banyan;
using namespace banyan::storage;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto once = IndexText(text);
  ENSURE(IsUtf8(once));
  ENSURE(IndexText(once) == once);
  if (const auto query = MatchQuery(text)) {
    ENSURE(query->starts_with('"') && (query->ends_with('"') || query->ends_with("\"*")));
    ENSURE(std::count(query->begin(), query->end(), '"') % 2 == 0);
  }
  return 0;
}
