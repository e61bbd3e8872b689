#pragma once
// How much memory the bodies of requests take, of all together and of each client: who sends much
// and slowly, or on many connections, is to wait, not to take the memory of the machine. Who finds
// no room in time is told to come again later. Requests that need little need no room.

#include <cstdint>
#include <list>
#include <map>
#include <string>

#include "storage/base/clock.h"
#include "storage/base/mutex.h"
#include "storage/base/result.h"

namespace banyan::node {

// Thread safe; outlives its holds.
class MemoryBudget {
 public:
  static constexpr std::uint64_t kFreeBytes = 64u << 10;  // a hold up to this is none

  struct Options {
    std::uint64_t total_bytes = 160u << 20;  // 0: no limit
    std::int64_t wait_ms = 20'000;           // for room
  };
  MemoryBudget(Clock& clock, const Options& options) : clock_(clock), options_(options) {}

  struct Client {
    std::string key;           // ClientKey
    bool is_stranger = false;  // not signed in
  };
  // What one request takes; used by its thread. Ends with its destruction.
  class Hold {
   public:
    Hold(MemoryBudget& budget, Client client) : budget_(budget), client_(std::move(client)) {}
    ~Hold() { (void)SetTo(0); }
    Hold(const Hold&) = delete;
    Hold& operator=(const Hold&) = delete;

    std::uint64_t bytes() const { return bytes_; }
    // From now on it takes so many, at most all that there is. Waits for what is more than before:
    // Unavailable when there was no room in time, and it takes what it took.
    //   A client has at most two fifths, strangers together at most half; a single request may have
    //   more. Who came first goes first, but for those whose client has its share. Of requests that
    //   grow and wait for one another one goes on.
    Status SetTo(std::uint64_t bytes);

   private:
    friend class MemoryBudget;
    MemoryBudget& budget_;
    const Client client_;
    std::uint64_t bytes_ = 0;
  };

  // Of all holds, and how many wait for room.
  std::uint64_t held_bytes() const EXCLUDES(mutex_);
  std::size_t waiting() const EXCLUDES(mutex_);

 private:
  struct Waiter {
    Hold& hold;
    std::uint64_t more_bytes;
    bool has_room = false;
    CondVar came;
  };
  Status Raise(Hold& hold, std::uint64_t more_bytes) EXCLUDES(mutex_);
  void Lower(Hold& hold, std::uint64_t less_bytes) EXCLUDES(mutex_);
  void GiveRoom() REQUIRES(mutex_);
  // Those that wait for more keep what they have. So where all that a client holds waits, or all
  // that anybody holds, the one that has most gets the rest, beyond the share or beyond all: one
  // at a time.
  void LetOneGoOn() REQUIRES(mutex_);
  void Give(Waiter& waiter) REQUIRES(mutex_);
  std::uint64_t ShareBytes() const { return options_.total_bytes / 5 * 2; }
  bool HasShareLeft(const Waiter& waiter) const REQUIRES(mutex_);
  bool HasStrangersRoom(const Waiter& waiter) const REQUIRES(mutex_);
  std::uint64_t HeldBy(const Client& client) const REQUIRES(mutex_);

  Clock& clock_;
  const Options options_;
  mutable Mutex mutex_;
  std::uint64_t held_bytes_ GUARDED_BY(mutex_) = 0;
  std::uint64_t held_by_strangers_ GUARDED_BY(mutex_) = 0;
  std::map<std::string, std::uint64_t> held_by_ GUARDED_BY(mutex_);  // by client
  std::list<Waiter*> waiting_ GUARDED_BY(mutex_);                    // who came first is first
};

}  // namespace banyan::node
