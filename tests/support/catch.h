#pragma once
// Catch2 2 on Debian 12, 3 on Debian 13.
#if defined(BANYAN_CATCH2_V3)
#include <catch2/catch_all.hpp>
#else
#include <catch2/catch.hpp>
#endif
