#include "node/http/connection_registry.h"

#include <sys/socket.h>

namespace banyan::node {

ConnectionRegistry::Entry::Entry(ConnectionRegistry& registry, int fd)
    : registry_(registry), fd_(fd) {
  MutexLock lock(registry_.mutex_);
  place_ = registry_.busy_.insert(registry_.busy_.end(), this);
  if (registry_.ending_all_) ::shutdown(fd_, SHUT_RDWR);
}

ConnectionRegistry::Entry::~Entry() {
  MutexLock lock(registry_.mutex_);
  (idle_ ? registry_.idle_ : registry_.busy_).erase(place_);
}

void ConnectionRegistry::Entry::SetIdle(bool idle) {
  MutexLock lock(registry_.mutex_);
  if (idle == idle_) return;
  auto& from = idle_ ? registry_.idle_ : registry_.busy_;
  auto& to = idle ? registry_.idle_ : registry_.busy_;
  to.splice(to.end(), from, place_);
  idle_ = idle;
  if (idle_ && registry_.ending_idle_) ::shutdown(fd_, SHUT_RD);
}

std::size_t ConnectionRegistry::size() const {
  MutexLock lock(mutex_);
  return busy_.size() + idle_.size();
}

void ConnectionRegistry::EndOldestIdle() {
  MutexLock lock(mutex_);
  if (idle_.empty()) return;
  Entry* const oldest = idle_.front();
  ::shutdown(oldest->fd_, SHUT_RD);
  // Not the oldest any more, so that the next call ends another one.
  idle_.splice(idle_.end(), idle_, idle_.begin());
}

void ConnectionRegistry::EndIdle() {
  MutexLock lock(mutex_);
  ending_idle_ = true;
  for (const Entry* entry : idle_) ::shutdown(entry->fd_, SHUT_RD);
}

void ConnectionRegistry::EndAll() {
  MutexLock lock(mutex_);
  ending_all_ = true;
  for (const auto* entries : {&idle_, &busy_}) {
    for (const Entry* entry : *entries) ::shutdown(entry->fd_, SHUT_RDWR);
  }
}

}  // namespace banyan::node
