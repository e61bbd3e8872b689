#include "node/http/line_reader.h"

namespace banyan::node {
namespace {

constexpr std::size_t kReadBytes = 256u << 10;

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
      ++number_;
      std::string line = buffered_.substr(given_, length);
      given_ += found ? length + 1 : length;
      searched_ = given_;
      return std::optional(std::move(line));
    }
    if (ended_) return std::optional<std::string>();
    buffered_.erase(0, given_);
    given_ = 0;
    searched_ = buffered_.size();
    buffered_.resize(searched_ + kReadBytes);
    const auto got = request_.ReadBody(
        std::span(reinterpret_cast<std::uint8_t*>(buffered_.data()) + searched_, kReadBytes));
    buffered_.resize(searched_ + (got ? *got : 0));
    if (!got) return got.error();
    ended_ = *got == 0;
  }
}

}  // namespace banyan::node
