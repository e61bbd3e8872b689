#pragma once
// The whole of Json, for those who look into one or make one. Headers that only name it include
// json_fwd.h: the library's own takes a second to compile.

#include <nlohmann/json.hpp>

#include "storage/base/json_fwd.h"
