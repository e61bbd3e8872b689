#pragma once
// The same work on many items, on a few threads.

#include <cstddef>
#include <functional>

#include "storage/base/result.h"

namespace banyan::federation {

// Calls `work(i)` for i = 0 .. count-1 on at most `threads` threads, of which the caller's is one,
// which begins with work(0), and returns when all are done. After a failure nothing more is
// started; the first error is returned. Where the system gives fewer threads, these do it all;
// Unavailable when it gives none.
Status ForEachInParallel(std::size_t count, int threads,
                         const std::function<Status(std::size_t)>& work);

}  // namespace banyan::federation
