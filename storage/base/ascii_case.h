#pragma once
// Upper and lower case of ASCII letters; every other byte stays. Pure functions.

#include <string>
#include <string_view>

namespace banyan {

std::string LowerAscii(std::string_view text);
std::string UpperAscii(std::string_view text);

}  // namespace banyan
