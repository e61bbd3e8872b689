#include "storage/base/direct_writer.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "storage/base/posix_error.h"

namespace banyan {
namespace {

constexpr std::size_t kQueueBlocks = 4;

}  // namespace

std::unique_ptr<DirectWriter> DirectWriter::Open(int fd, std::string path) {
  const std::string again = "/proc/self/fd/" + std::to_string(fd);  // whatever its name is by now
  const int direct_fd = ::open(again.c_str(), O_WRONLY | O_DIRECT | O_CLOEXEC);
  if (direct_fd < 0) return nullptr;
  // Without a way to take room beforehand, a full disk would show too late.
  if (::fallocate(fd, FALLOC_FL_KEEP_SIZE, 0, kPageBytes) != 0) {
    ::close(direct_fd);
    return nullptr;
  }
  std::unique_ptr<DirectWriter> writer(new DirectWriter(fd, direct_fd, std::move(path)));
  if (!writer->worker_.Start()) return nullptr;
  return writer;
}

DirectWriter::DirectWriter(int fd, int direct_fd, std::string path)
    : fd_(fd),
      direct_fd_(direct_fd),
      path_(std::move(path)),
      worker_(kQueueBlocks, [this](const Block& block) { return Put(block); }) {}

DirectWriter::~DirectWriter() {
  static_cast<void>(worker_.Finish());  // whoever wants to know has called Settle
  ::close(direct_fd_);
}

// The room is taken first, while the caller still has the bytes.
Status DirectWriter::Write(std::uint64_t offset, PageBytes&& data) {
  const auto room = static_cast<off_t>(data.size());
  while (::fallocate(fd_, 0, static_cast<off_t>(offset), room) != 0) {
    if (errno != EINTR) return PosixError(path_, "allocate");
  }
  return worker_.Give({offset, std::move(data)});
}

Status DirectWriter::Put(const Block& block) const {
  const ByteView data = block.data.bytes();
  std::size_t done = 0;
  int fd = direct_fd_;
  while (done < data.size()) {
    const auto put = ::pwrite(fd, data.data() + done, data.size() - done,
                              static_cast<off_t>(block.offset + done));
    if (put < 0 && errno == EINTR) continue;
    if (put < 0 && errno == EINVAL && fd == direct_fd_) {
      fd = fd_;  // its pages are larger than ours, or a part of one was written
      continue;
    }
    if (put < 0) return PosixError(path_, "write");
    done += static_cast<std::size_t>(put);
  }
  return Ok();
}

}  // namespace banyan
