#include "storage/base/page_bytes.h"

#include <algorithm>
#include <utility>

#include "storage/base/check.h"

namespace banyan {

PageBytes& PageBytes::operator=(PageBytes&& other) noexcept {
  memory_ = std::move(other.memory_);
  size_ = std::exchange(other.size_, 0);
  capacity_ = std::exchange(other.capacity_, 0);
  return *this;
}

void PageBytes::Append(ByteView more) {
  if (size_ + more.size() > capacity_) {
    const std::size_t capacity = std::max(size_ + more.size(), 2 * capacity_);
    void* memory = ::operator new[](capacity, std::align_val_t(kPageBytes));
    std::copy_n(memory_.get(), size_, static_cast<std::uint8_t*>(memory));
    memory_.reset(static_cast<std::uint8_t*>(memory));
    capacity_ = capacity;
  }
  std::copy(more.begin(), more.end(), memory_.get() + size_);
  size_ += more.size();
}

void PageBytes::Shrink(std::size_t size) {
  ENSURE(size <= size_);
  size_ = size;
}

}  // namespace banyan
