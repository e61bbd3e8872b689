#pragma once
// Unwraps a Result in a test, with the error's text on failure.
#include "storage/base/result.h"
#include "tests/support/catch.h"

namespace banyan {

// The value, or the end of the test case.
template <typename R>
typename R::value_type Must(R result, const char* file, int line) {
  if (!result.has_value()) FAIL(file << ":" << line << ": " << result.error().message());
  return *std::move(result);
}

}  // namespace banyan

// `auto x = MUST(F());`
#define MUST(expression) ::banyan::Must((expression), __FILE__, __LINE__)
// Expects failure with this code.
#define MUST_FAIL(expression, errc)                                                           \
  do {                                                                                        \
    auto must_fail_result = (expression);                                                     \
    REQUIRE_FALSE(must_fail_result.has_value());                                              \
    INFO(must_fail_result.error().message());                                                 \
    REQUIRE(::banyan::ToString(must_fail_result.error().code()) == ::banyan::ToString(errc)); \
  } while (0)
