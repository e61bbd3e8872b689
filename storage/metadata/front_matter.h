#pragma once
// A README.md is front matter between two `---` lines, then Markdown. Pure functions, safe for
// concurrent use.

#include <string_view>

#include "storage/base/result.h"

namespace banyan::storage {

struct FrontMatter {
  bool present = false;
  std::string_view yaml;       // between the two lines; empty when not present
  std::size_t first_line = 1;  // line number of the first line of `yaml` in the file
  std::string_view body;       // what follows; the whole text when not present
};

// Views into `readme`. A byte order mark and blank lines may come first; line ends may be LF or
// CRLF. A text that does not begin with a `---` line has no front matter, which is not an error.
// Fails with Invalid when the second `---` line is missing.
Result<FrontMatter> SplitFrontMatter(std::string_view readme);

}  // namespace banyan::storage
