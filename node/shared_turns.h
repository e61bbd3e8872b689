#pragma once
// Turns that several clients share, each for as long as it works. One client has at most as many as
// are left for others: alone it may have half of all, and who comes later still finds some. Those
// of one client wait in the order they came. Thread safe.

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>

#include "storage/base/clock.h"
#include "storage/base/mutex.h"
#include "storage/base/result.h"

namespace banyan::node {

class SharedTurns {
 public:
  struct Options {
    std::string what;                    // for those who wait in vain, such as "pushes"
    std::int64_t count = INT64_MAX;      // at once
    std::int64_t of_client = INT64_MAX;  // the most of one client
    std::int64_t wait_ms = 30'000;       // for a turn
  };
  SharedTurns(Clock& clock, Options options) : clock_(clock), options_(std::move(options)) {}

  // Ends with its destruction; the SharedTurns outlives it.
  class Turn {
   public:
    Turn(SharedTurns& turns, std::string client) : turns_(turns), client_(std::move(client)) {}
    ~Turn() { turns_.End(client_); }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;

   private:
    SharedTurns& turns_;
    const std::string client_;
  };
  // Waits for one; Unavailable when there is none for wait_ms. `client`: ClientKey.
  Result<std::unique_ptr<Turn>> Take(const std::string& client) EXCLUDES(mutex_);

 private:
  using Place = std::pair<std::string, std::uint64_t>;  // in the line of a client

  void End(const std::string& client) EXCLUDES(mutex_);
  bool MayGo(const Place& place) const REQUIRES(mutex_);
  void Leave(const Place& place) REQUIRES(mutex_);
  std::int64_t TakenBy(const std::string& client) const REQUIRES(mutex_);
  Error Full(const std::string& client) const REQUIRES(mutex_);

  Clock& clock_;
  const Options options_;
  Mutex mutex_;
  CondVar changed_;
  std::int64_t taken_ GUARDED_BY(mutex_) = 0;
  std::map<std::string, std::int64_t> taken_by_ GUARDED_BY(mutex_);  // client
  std::uint64_t asked_ GUARDED_BY(mutex_) = 0;
  std::set<Place> waiting_ GUARDED_BY(mutex_);
};

}  // namespace banyan::node
