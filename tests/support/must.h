#pragma once
// Unwraps a Result in a test, with the error's text on failure.
#include "storage/base/result.h"
#include "tests/support/catch.h"

// `auto x = MUST(F());`
#define MUST(expression)                                          \
  __extension__({                                                 \
    auto must_result = (expression);                              \
    if (!must_result.has_value()) FAIL(must_result.error().message()); \
    *std::move(must_result);                                      \
  })
// Expects failure with this code.
#define MUST_FAIL(expression, errc)                        \
  do {                                                     \
    auto must_result = (expression);                       \
    REQUIRE_FALSE(must_result.has_value());                \
    INFO(must_result.error().message());                   \
    REQUIRE(::banyan::ToString(must_result.error().code()) == \
            ::banyan::ToString(errc));                     \
  } while (0)
