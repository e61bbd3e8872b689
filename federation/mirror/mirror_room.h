#pragma once
// The room that mirrors have, while several are brought here at once: what is under way counts as
// held, so that two that fit one by one are not fetched in vain. What counts in the end is the
// check in the transaction that enters each (RequireWithinMirrorRoom).

#include <map>

#include "federation/fetch_budget.h"
#include "storage/base/mutex.h"

namespace banyan::federation {

// Thread safe.
class MirrorRoom {
 public:
  // What one run will add, until its end. Borrows `room`, if there is any: nullptr counts no
  // others. By one thread.
  class Share {
   public:
    explicit Share(MirrorRoom* room) : room_(room) {}
    ~Share();
    Share(const Share&) = delete;
    Share& operator=(const Share&) = delete;

    // Once. Errors: RequireMirrorRoom's; Unavailable when it would fit if the others that are under
    // way added nothing: what they claim, they may never bring.
    Status Take(storage::Connection& connection, const FetchLimits& limits, std::int64_t origin,
                std::uint64_t bytes);

   private:
    MirrorRoom* const room_;
    std::int64_t origin_ = 0;
    std::uint64_t bytes_ = 0;  // taken
  };

 private:
  // Of all shares, and `bytes` more.
  MirrorBytes With(std::int64_t origin, std::uint64_t bytes) const REQUIRES(mutex_);

  Mutex mutex_;
  std::map<std::int64_t, std::uint64_t> taken_ GUARDED_BY(mutex_);  // by origin
};

}  // namespace banyan::federation
