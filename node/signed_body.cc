#include "node/signed_body.h"

namespace banyan::node {

Result<std::size_t> SignedBody::Read(std::span<std::uint8_t> out) {
  if (is_wrong_) return Error(Errc::Invalid, "the body is not the one that was signed");
  if (is_checked_) return std::size_t{0};
  const auto count = TRY(body_.Read(out));
  hasher_.Update(out.first(count));
  if (count != 0) return count;
  is_checked_ = true;
  is_wrong_ = hasher_.Finish() != digest_;
  return Read(out);
}

}  // namespace banyan::node
