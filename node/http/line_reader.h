#pragma once
// A request's body as lines, one in memory at a time, for which the request holds memory.

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
  // How much memory the caller keeps of the lines so far, beside what it needs for one.
  void SetKept(std::uint64_t bytes) { kept_bytes_ = bytes; }

 private:
  Result<std::optional<std::string>> NextAny();
  std::string Cut(std::size_t length, std::size_t end_bytes);
  Status ReadMore();

  Request& request_;
  const std::size_t max_line_bytes_;
  std::string buffered_;      // read but not given
  std::size_t given_ = 0;     // how much of it was
  std::size_t searched_ = 0;  // up to here there is no line end
  std::size_t number_ = 0;
  std::uint64_t kept_bytes_ = 0;
  bool ended_ = false;
};

}  // namespace banyan::node
