#pragma once
// Bytes that begin at a page of memory, as File::WriteBehind wants them.

#include <cstdint>
#include <memory>
#include <new>

#include "storage/base/bytes.h"

namespace banyan {

constexpr std::size_t kPageBytes = 4096;

// Grows as it is appended to; empty after it was moved from.
class PageBytes {
 public:
  std::size_t size() const { return size_; }
  ByteView bytes() const { return {memory_.get(), size_}; }
  void Append(ByteView more);
  // Only down.
  void Shrink(std::size_t size);

  PageBytes() = default;
  PageBytes(PageBytes&& other) noexcept { *this = std::move(other); }
  PageBytes& operator=(PageBytes&& other) noexcept;

 private:
  struct Free {
    void operator()(std::uint8_t* at) const {
      ::operator delete[](at, std::align_val_t(kPageBytes));
    }
  };
  std::unique_ptr<std::uint8_t[], Free> memory_;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

}  // namespace banyan
