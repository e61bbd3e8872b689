#pragma once
// ENSURE(x) guards against our own mistakes; it stays on in release builds and ends the process.

namespace banyan {
[[noreturn]] void CheckFailed(const char* expression, const char* file, int line);
}

#define ENSURE(expression) \
  ((expression) ? void(0) : ::banyan::CheckFailed(#expression, __FILE__, __LINE__))
