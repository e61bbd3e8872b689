#include "federation/mirror/read_ahead.h"

namespace banyan::federation {
namespace {

constexpr std::size_t kChunksAtOnce = 64;

}  // namespace

bool ReadAhead::Advance() {
  const std::size_t count = has_failed_ ? 0 : file_.HeldFrom(next_, kChunksAtOnce);
  if (count == 0) return false;
  const auto read = session_.InspectAhead(inspection_, std::span(chunks_).subspan(next_, count));
  has_failed_ = !read;
  next_ += count;
  return true;
}

}  // namespace banyan::federation
