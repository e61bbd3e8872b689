#include "node/http/line_reader.h"

#include <algorithm>
#include <utility>

namespace banyan::node {
namespace {

constexpr std::size_t kReadBytes = 32u << 10;
// The line, what ParseJson reads of it meanwhile, and the value; later the value, what its text
// stands for, and the text of that once more.
constexpr std::uint64_t kTimes = 3;

}  // namespace

Result<std::optional<std::string>> LineReader::Next() {
  for (;;) {
    auto line = TRY(NextAny());
    if (line && line->ends_with('\r')) line->pop_back();
    if (!line || !line->empty()) return line;
  }
}

Result<std::optional<std::string>> LineReader::NextAny() {
  for (;;) {
    const auto end = buffered_.find('\n', searched_);
    const bool found = end != std::string::npos;
    const std::size_t length = (found ? end : buffered_.size()) - given_;
    if (length > max_line_bytes_) {
      return Error(Errc::TooLarge, "line " + std::to_string(number_ + 1) +
                                       " of the body is too long: at most " +
                                       std::to_string(max_line_bytes_) + " bytes");
    }
    if (found || (ended_ && length > 0)) {
      return std::optional(Cut(length, found ? 1 : 0));
    }
    if (ended_) return std::optional<std::string>();
    TRY(ReadMore());
  }
}

// A long line is not copied: there is one of it.
std::string LineReader::Cut(std::size_t length, std::size_t end_bytes) {
  ++number_;
  std::string line;
  if (length <= kReadBytes) {
    line = buffered_.substr(given_, length);
    given_ += length + end_bytes;
  } else {
    std::string rest = buffered_.substr(given_ + length + end_bytes);
    line = std::exchange(buffered_, std::move(rest));
    line.erase(0, given_);
    line.resize(length);
    given_ = 0;
  }
  searched_ = given_;
  return line;
}

Status LineReader::ReadMore() {
  buffered_.erase(0, given_);
  given_ = 0;
  searched_ = buffered_.size();
  const std::size_t needed = searched_ + kReadBytes;
  if (needed > buffered_.capacity()) {
    buffered_.reserve(std::max(needed, std::min(2 * searched_, max_line_bytes_ + kReadBytes)));
  }
  const std::uint64_t line_bytes = needed <= 2 * kReadBytes ? 0 : kTimes * buffered_.capacity();
  TRY(request_.HoldMemory(kept_bytes_ + line_bytes));
  buffered_.resize(needed);
  const auto got = request_.ReadBody(
      std::span(reinterpret_cast<std::uint8_t*>(buffered_.data()) + searched_, kReadBytes));
  buffered_.resize(searched_ + (got ? *got : 0));
  if (!got) return got.error();
  ended_ = *got == 0;
  return Ok();
}

}  // namespace banyan::node
