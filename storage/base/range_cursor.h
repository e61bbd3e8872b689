#pragma once
// Reads fields one after another from a FileRange through a window, so that a header of unknown
// length costs few reads and bounded memory. Like ByteReader, it remembers the first failure:
// after it every read gives zeros, so a parser may read a record and test ok() once.
// Used by one thread.

#include <string>

#include "storage/base/range_reader.h"

namespace banyan::storage {

class RangeCursor {
 public:
  // Never reads past `limit_bytes` from the start of the file: that is a failure with TooLarge;
  // past the end of the file it is Corrupt. `file` must outlive the cursor.
  RangeCursor(const FileRange& file, std::uint64_t limit_bytes);

  // Big-endian files: numbers are swapped from now on.
  void SetBigEndian() { big_endian_ = true; }

  template <std::unsigned_integral T>
  T Number() {
    std::uint8_t raw[sizeof(T)] = {};
    Copy(raw, sizeof(T));
    T value = 0;
    for (std::size_t i = 0; i < sizeof(T); ++i) {
      const auto byte = raw[big_endian_ ? sizeof(T) - 1 - i : i];
      value = static_cast<T>(value | static_cast<T>(T{byte} << (8 * i)));
    }
    return value;
  }
  // The next `size_bytes` bytes; memory is only taken once they are known to be in the file.
  std::string Text(std::uint64_t size_bytes);
  void Skip(std::uint64_t size_bytes);

  std::uint64_t position() const { return position_; }
  // How many bytes of the file come after here, whether or not they may be read.
  std::uint64_t left_in_file() const { return file_.size_bytes - position_; }
  bool ok() const { return failure_.has_value() == false; }
  const Error& failure() const { return *failure_; }
  // Records a parser's own finding, unless there is an earlier failure.
  void Fail(Error failure);

 private:
  void Copy(std::uint8_t* out, std::size_t size_bytes);
  // True when that many more bytes lie within the file and the limit.
  bool Allows(std::uint64_t size_bytes);
  bool Refill();

  const FileRange& file_;
  const std::uint64_t limit_bytes_;
  bool big_endian_ = false;
  std::uint64_t position_ = 0;
  std::uint64_t window_begin_ = 0;
  std::uint64_t next_window_bytes_;
  Bytes window_;
  std::optional<Error> failure_;
};

}  // namespace banyan::storage
