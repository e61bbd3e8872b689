#pragma once
// A request's body as lines, one in memory at a time.

#include <optional>
#include <string>

#include "node/http/http_types.h"

namespace banyan::node {

class LineReader {
 public:
  LineReader(Request& request, std::size_t max_line_bytes)
      : request_(request), max_line_bytes_(max_line_bytes) {}

  // The next line that is not empty, without its end; the last one needs none. nullopt after it.
  // TooLarge for a longer line; errors as Request::ReadBody.
  Result<std::optional<std::string>> Next();
  // Of the line that Next gave, counted from 1.
  std::size_t number() const { return number_; }

 private:
  Result<std::optional<std::string>> NextAny();

  Request& request_;
  const std::size_t max_line_bytes_;
  std::string buffered_;      // read but not given
  std::size_t given_ = 0;     // how much of it was
  std::size_t searched_ = 0;  // up to here there is no line end
  std::size_t number_ = 0;
  bool ended_ = false;
};

}  // namespace banyan::node
