#pragma once
// Writes whole pages of a file past the system's cache (O_DIRECT) from a thread of its own: the
// caller goes on, and no processor time goes into copying to a cache that nobody will read.

#include <memory>
#include <string>

#include "storage/base/page_bytes.h"
#include "storage/base/queue_worker.h"

namespace banyan {

// Used by one thread, but for Settle.
class DirectWriter {
 public:
  // For the file of `fd`, which outlives the writer. Nullptr when its file system cannot (one in
  // memory, for example, or one that cannot promise room) or the system has no thread: then write
  // the usual way.
  static std::unique_ptr<DirectWriter> Open(int fd, std::string path);
  ~DirectWriter();
  DirectWriter(const DirectWriter&) = delete;
  DirectWriter& operator=(const DirectWriter&) = delete;

  // `offset` and size are whole pages. NoSpace when the disk is full, and `data` was not taken;
  // else Io when an earlier block was lost, as from every later call.
  Status Write(std::uint64_t offset, PageBytes&& data);
  // Waits until all is with the device. Thread safe.
  Status Settle() { return worker_.Drain(); }

 private:
  struct Block {
    std::uint64_t offset = 0;
    PageBytes data;
  };
  DirectWriter(int fd, int direct_fd, std::string path);
  Status Put(const Block& block) const;

  const int fd_;
  const int direct_fd_;
  const std::string path_;
  QueueWorker<Block> worker_;
};

}  // namespace banyan
