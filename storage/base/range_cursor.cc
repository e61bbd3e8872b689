#include "storage/base/range_cursor.h"

#include <algorithm>

namespace banyan::storage {
namespace {

constexpr std::uint64_t kFirstWindowBytes = 64u << 10;  // most headers without a tokenizer
constexpr std::uint64_t kMaxWindowBytes = 1024u << 10;

}  // namespace

RangeCursor::RangeCursor(const FileRange& file, std::uint64_t limit_bytes)
    : file_(file), limit_bytes_(limit_bytes), next_window_bytes_(kFirstWindowBytes) {}

void RangeCursor::Fail(Error failure) {
  if (!failure_) failure_ = std::move(failure);
}

bool RangeCursor::Allows(std::uint64_t size_bytes) {
  if (!ok()) return false;
  if (size_bytes <= std::min(file_.size_bytes, limit_bytes_) - position_) return true;
  if (size_bytes > left_in_file()) {
    Fail(Error(Errc::Corrupt, "a field reaches past the end of the file"));
  } else {
    Fail(Error(Errc::TooLarge,
               "longer than the " + std::to_string(limit_bytes_ >> 20) + " MiB that are read"));
  }
  return false;
}

bool RangeCursor::Refill() {
  const auto size = std::min(next_window_bytes_, file_.size_bytes - position_);
  next_window_bytes_ = std::min(next_window_bytes_ * 2, kMaxWindowBytes);
  auto window = file_.read(position_, size);
  if (!window) {
    Fail(std::move(window.error()));
    return false;
  }
  ENSURE(window->size() == size);
  window_ = *std::move(window);
  window_begin_ = position_;
  return true;
}

void RangeCursor::Copy(std::uint8_t* out, std::size_t size_bytes) {
  if (!Allows(size_bytes)) return;
  while (size_bytes > 0) {
    const auto window_end = window_begin_ + window_.size();
    if ((position_ < window_begin_ || position_ >= window_end) && !Refill()) return;
    const auto at = static_cast<std::size_t>(position_ - window_begin_);
    const auto step = std::min(size_bytes, window_.size() - at);
    std::memcpy(out, window_.data() + at, step);
    out += step;
    position_ += step;
    size_bytes -= step;
  }
}

std::string RangeCursor::Text(std::uint64_t size_bytes) {
  if (!Allows(size_bytes)) return {};
  std::string text(static_cast<std::size_t>(size_bytes), '\0');
  Copy(reinterpret_cast<std::uint8_t*>(text.data()), text.size());
  return text;
}

void RangeCursor::Skip(std::uint64_t size_bytes) {
  if (Allows(size_bytes)) position_ += size_bytes;
}

}  // namespace banyan::storage
