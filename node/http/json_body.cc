#include "node/http/json_body.h"

#include <algorithm>

#include "storage/base/json.h"

namespace banyan::node {
namespace {

// Of one value in memory, which has four bytes of text, or takes less.
constexpr std::uint64_t kValueBytes = 96;

}  // namespace

Result<Json> ParseJsonBody(Request& request, std::string_view text, const JsonLimits& limits) {
  if (text.size() > MemoryBudget::kFreeBytes) {
    const auto values = std::min<std::uint64_t>(text.size() / 4, limits.max_values);
    TRY(request.HoldMemory(2 * text.size() + kValueBytes * values));
  }
  return ParseJson(text, limits);
}

}  // namespace banyan::node
