#pragma once
// The open connections of a server, so that another thread can end them: idle ones when others
// need their place or the server stops, all of them at the stop's deadline. Thread safe.

#include <cstdint>
#include <list>

#include "storage/base/mutex.h"

namespace banyan::node {

class ConnectionRegistry {
 public:
  // One connection's entry; its descriptor must stay open as long as the entry lives.
  class Entry {
   public:
    Entry(ConnectionRegistry& registry, int fd);
    ~Entry();
    Entry(const Entry&) = delete;
    Entry& operator=(const Entry&) = delete;

    // Says that the connection waits for a next request, or no more. While it waits, its input
    // may be shut down, which it sees as the peer's end; what had arrived before is still read.
    void SetIdle(bool idle);

   private:
    friend class ConnectionRegistry;
    ConnectionRegistry& registry_;
    const int fd_;
    bool idle_ = false;
    std::list<Entry*>::iterator place_;
  };

  std::size_t size() const;
  // Ends the connection that has been idle longest, if any.
  void EndOldestIdle();
  // Ends all idle ones, and those that become idle from now on.
  void EndIdle();
  // Breaks every connection.
  void EndAll();

 private:
  mutable Mutex mutex_;
  std::list<Entry*> busy_ GUARDED_BY(mutex_);
  std::list<Entry*> idle_ GUARDED_BY(mutex_);  // oldest first
  bool ending_idle_ GUARDED_BY(mutex_) = false;
  bool ending_all_ GUARDED_BY(mutex_) = false;
};

}  // namespace banyan::node
