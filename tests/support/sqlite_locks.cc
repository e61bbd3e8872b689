#include "tests/support/sqlite_locks.h"

namespace banyan {

int SqliteLocks::Lock(int level) {
  if (level_ >= level) return SQLITE_OK;
  auto& shared = *shared_;
  MutexLock lock(shared.mutex);
  if (level == SQLITE_LOCK_SHARED) {
    if (shared.pending) return SQLITE_BUSY;
    ++shared.readers;
    level_ = SQLITE_LOCK_SHARED;
    return SQLITE_OK;
  }
  if (shared.writer != nullptr && shared.writer != this) return SQLITE_BUSY;
  shared.writer = this;
  if (level == SQLITE_LOCK_EXCLUSIVE) {
    shared.pending = true;
    if (shared.readers > 1) {
      level_ = SQLITE_LOCK_PENDING;
      return SQLITE_BUSY;
    }
  }
  level_ = level;
  return SQLITE_OK;
}

int SqliteLocks::Unlock(int level) {
  if (level_ <= level) return SQLITE_OK;
  auto& shared = *shared_;
  MutexLock lock(shared.mutex);
  if (shared.writer == this) {
    shared.writer = nullptr;
    shared.pending = false;
  }
  if (level == SQLITE_LOCK_NONE) --shared.readers;
  level_ = level;
  return SQLITE_OK;
}

bool SqliteLocks::Reserved() const {
  MutexLock lock(shared_->mutex);
  return shared_->writer != nullptr;
}

void volatile* SqliteLocks::ShmMap(int index, int size_bytes, bool extend) {
  auto& shared = *shared_;
  MutexLock lock(shared.mutex);
  if (!shm_user_) ++shared.shm_users;
  shm_user_ = true;
  const auto at = static_cast<std::size_t>(index);
  while (shared.shm_regions.size() <= at) {
    if (!extend) return nullptr;
    const auto words = static_cast<std::size_t>(size_bytes) / sizeof(std::uint64_t);
    shared.shm_regions.push_back(std::make_unique<std::uint64_t[]>(words));
  }
  return shared.shm_regions[at].get();
}

int SqliteLocks::ShmLock(int first, int count, int flags) {
  auto& shared = *shared_;
  MutexLock lock(shared.mutex);
  const auto begin = static_cast<std::size_t>(first);
  const auto end = begin + static_cast<std::size_t>(count);
  const bool takes = (flags & SQLITE_SHM_LOCK) != 0;
  const bool exclusive = (flags & SQLITE_SHM_EXCLUSIVE) != 0;
  for (auto i = begin; takes && i < end; ++i) {
    if (shared.shm_writer[i] && !shm_writes_[i]) return SQLITE_BUSY;
    if (exclusive && shared.shm_readers[i] > (shm_reads_[i] ? 1 : 0)) return SQLITE_BUSY;
  }
  for (auto i = begin; i < end; ++i) {
    if (exclusive) {
      shm_writes_[i] = takes;
      shared.shm_writer[i] = takes;
    } else if (shm_reads_[i] != takes) {
      shm_reads_[i] = takes;
      shared.shm_readers[i] += takes ? 1 : -1;
    }
  }
  return SQLITE_OK;
}

void SqliteLocks::ShmBarrier() { const MutexLock lock(shared_->mutex); }

void SqliteLocks::ShmUnmap() {
  auto& shared = *shared_;
  MutexLock lock(shared.mutex);
  if (!shm_user_) return;
  for (std::size_t i = 0; i < SQLITE_SHM_NLOCK; ++i) {
    if (shm_reads_[i]) --shared.shm_readers[i];
    if (shm_writes_[i]) shared.shm_writer[i] = false;
  }
  shm_reads_.fill(false);
  shm_writes_.fill(false);
  shm_user_ = false;
  if (--shared.shm_users == 0) shared.shm_regions.clear();
}

}  // namespace banyan
