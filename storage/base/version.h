#pragma once

#include <string_view>

namespace banyan {

// Of the program, as in CMakeLists.txt: "0.1.0".
std::string_view Version();

}  // namespace banyan
