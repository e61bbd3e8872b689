#pragma once
// The operating system keeps a place to come back to: what a child process does to a run, its
// parent does not see.

#include <functional>

namespace banyan::simulation {

// Does the work in a child process, which has a whole copy of this one, and waits for it. What is
// to be known of it goes through Shared memory. Fails the test when the work fails.
void InChild(const std::function<void()>& work);

// Memory that children write and parents read: zeros at first.
void* ShareMemory(std::size_t size_bytes);
void DropMemory(void* memory, std::size_t size_bytes);

template <typename T>
class Shared {
 public:
  explicit Shared(std::size_t count = 1)
      : size_bytes_(count * sizeof(T)), at_(static_cast<T*>(ShareMemory(size_bytes_))) {}
  ~Shared() { DropMemory(at_, size_bytes_); }
  Shared(const Shared&) = delete;
  Shared& operator=(const Shared&) = delete;

  T& operator[](std::size_t i) { return at_[i]; }
  const T& operator[](std::size_t i) const { return at_[i]; }
  T& operator*() { return *at_; }
  T* operator->() { return at_; }

 private:
  const std::size_t size_bytes_;
  T* const at_;
};

}  // namespace banyan::simulation
