#pragma once
// A turn that one caller has at a time, where waiting for it may be given up. Thread safe.

#include <functional>
#include <memory>

#include "storage/base/mutex.h"
#include "storage/base/result.h"

namespace banyan::node {

// Of who assembles files of so many chunks, about 4 GB, one at a time does: their lists, of some
// megabytes each, do not add up.
inline constexpr std::size_t kLargeFileChunks = 65'536;

class Turn {
 public:
  // Gives the turn back when it is destroyed; the Turn outlives it.
  class Held {
   public:
    explicit Held(Turn& turn) : turn_(turn) {}
    ~Held() { turn_.GiveBack(); }
    Held(const Held&) = delete;
    Held& operator=(const Held&) = delete;

   private:
    Turn& turn_;
  };

  // `go_on` is asked about every second; its error ends the wait.
  Result<std::unique_ptr<Held>> Wait(const std::function<Status()>& go_on) EXCLUDES(mutex_);

 private:
  enum class State { Free, Taken };
  State TakeWithin(std::int64_t wait_ms) EXCLUDES(mutex_);
  void GiveBack() EXCLUDES(mutex_);

  Mutex mutex_;
  CondVar given_back_;
  State state_ GUARDED_BY(mutex_) = State::Free;
};

}  // namespace banyan::node
