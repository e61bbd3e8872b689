#pragma once
// What a test wrote before it sends a request comes before what the server's thread reads, and the
// answer comes before what the test does next: the socket orders them. ThreadSanitizer does not
// see that, so both sides pass through one lock as well.

#include "storage/base/mutex.h"

namespace banyan {

inline void PassSocketOrder() {
  static Mutex mutex;
  const MutexLock lock(mutex);
}

}  // namespace banyan
