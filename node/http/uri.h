#pragma once
// Request targets (RFC 3986): percent-encoding, path segments, query strings. Pure functions.

#include <string>
#include <string_view>
#include <vector>

#include "node/http/http_types.h"
#include "storage/base/result.h"

namespace banyan::node {

// Invalid on a broken escape, and on a result with NUL or that is not UTF-8.
Result<std::string> PercentDecode(std::string_view text);
// Escapes all but A-Z a-z 0-9 - . _ ~ and the characters of `keep`.
std::string PercentEncode(std::string_view text, std::string_view keep = {});

// The raw pieces between slashes: "/a%2Fb/c" gives "a%2Fb", "c"; "/" gives one empty piece.
std::vector<std::string_view> SplitPath(std::string_view path);

// Invalid when the path does not begin with "/", has a segment that does not decode, or names "."
// or ".." (escaped or not, also between %2F).
Status CheckPath(std::string_view path);

// "a=1&b=x+y" in order, also for form-encoded bodies: "+" is a space. Empty pieces are skipped.
// Invalid as PercentDecode, TooLarge past `max_params`.
Result<std::vector<QueryParam>> ParseQuery(std::string_view text, std::size_t max_params = 1000);

}  // namespace banyan::node
