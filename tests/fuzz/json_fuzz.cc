// What ParseJson accepts must survive being written and read again.
#include "storage/base/check.h"
#include "storage/base/json.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto parsed = banyan::ParseJson(text);
  if (!parsed) return 0;
  const auto again = banyan::ParseJson(parsed->dump());
  ENSURE(again.has_value() && *again == *parsed);
  return 0;
}
