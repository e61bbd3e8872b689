#pragma once
// Lists in messages: the first ten, and how many more there are.

#include <string>
#include <string_view>
#include <vector>

namespace banyan::cli {

inline constexpr std::size_t kFirstFew = 10;

// "a, b" or, of more than kFirstFew, "a, b, ..., j, and 7 more". Items that are clauses are better
// separated by "; ".
std::string FirstFew(const std::vector<std::string>& items, std::string_view separator = ", ");

}  // namespace banyan::cli
