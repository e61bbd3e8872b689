// An address that is taken is in its own normal form, and a rule prints to a text that says the
// same.

#include "federation/follow/follows.h"
#include "federation/follow/peers.h"

namespace banyan::federation {
namespace {

void TryInput(ByteView input) {
  const auto text = AsText(input);
  if (const auto address = NormalizeAddress(text)) {
    ENSURE(*NormalizeAddress(*address) == *address);
    ENSURE(address->size() <= 1024);
  }
  if (const auto rule = FollowRule::Parse(text)) {
    ENSURE(FollowRule::Parse(rule->ToString())->ToString() == rule->ToString());
  }
}

}  // namespace
}  // namespace banyan::federation

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  banyan::federation::TryInput({data, size});
  return 0;
}
