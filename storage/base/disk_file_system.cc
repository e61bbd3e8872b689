// FileSystem over POSIX calls.

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>

#include "storage/base/direct_writer.h"
#include "storage/base/file_system.h"
#include "storage/base/posix_error.h"

namespace banyan {
namespace {

class DiskMapping final : public Mapping {
 public:
  DiskMapping(void* at, std::size_t size) : at_(at), size_(size) {}
  ~DiskMapping() override {
    if (size_ > 0) ::munmap(at_, size_);
  }
  ByteView bytes() const override { return {static_cast<const std::uint8_t*>(at_), size_}; }
  void DropResident(std::uint64_t offset, std::size_t size) const override {
    static const auto page_bytes = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
    ENSURE(offset + size <= size_);
    const auto before = static_cast<std::size_t>(offset % page_bytes);
    ::madvise(static_cast<std::uint8_t*>(at_) + (offset - before), before + size, MADV_DONTNEED);
  }

 private:
  void* at_;
  std::size_t size_;
};

class DiskFile final : public File {
 public:
  DiskFile(std::string path, int fd) : path_(std::move(path)), fd_(fd) {}
  ~DiskFile() override {
    direct_owner_.reset();
    ::close(fd_);
  }

  Result<std::size_t> ReadAt(std::uint64_t offset, std::span<std::uint8_t> out) override {
    static_cast<void>(Settle());  // whoever reads knows what the bytes should be
    std::size_t done = 0;
    while (done < out.size()) {
      const auto got =
          ::pread(fd_, out.data() + done, out.size() - done, static_cast<off_t>(offset + done));
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return PosixError(path_, "read");
      if (got == 0) break;
      done += static_cast<std::size_t>(got);
    }
    return done;
  }

  Status WriteAt(std::uint64_t offset, ByteView data) override {
    std::size_t done = 0;
    while (done < data.size()) {
      const auto put =
          ::pwrite(fd_, data.data() + done, data.size() - done, static_cast<off_t>(offset + done));
      if (put < 0 && errno == EINTR) continue;
      if (put < 0) return PosixError(path_, "write");
      done += static_cast<std::size_t>(put);
    }
    return Ok();
  }

  Status WriteBehind(std::uint64_t offset, PageBytes&& data) override {
    if (!direct_tried_) {
      direct_tried_ = true;
      direct_owner_ = DirectWriter::Open(fd_, path_);
      direct_ = direct_owner_.get();
    }
    if (direct_owner_ && (offset | data.size()) % kPageBytes == 0) {
      return direct_owner_->Write(offset, std::move(data));
    }
    TRY(WriteAt(offset, data.bytes()));
    ::sync_file_range(fd_, 0, 0, SYNC_FILE_RANGE_WRITE);  // so that a later Sync waits less
    return Ok();
  }

  Status Truncate(std::uint64_t size_bytes) override {
    TRY(Settle());
    if (::ftruncate(fd_, static_cast<off_t>(size_bytes)) != 0) return PosixError(path_, "truncate");
    return Ok();
  }

  Status Sync() override {
    TRY(Settle());
    if (::fdatasync(fd_) != 0) return PosixError(path_, "sync");
    return Ok();
  }

  Result<std::uint64_t> SizeBytes() override {
    struct stat status {};
    if (::fstat(fd_, &status) != 0) return PosixError(path_, "stat");
    return static_cast<std::uint64_t>(status.st_size);
  }

  Result<std::unique_ptr<Mapping>> Map() override {
    static_cast<void>(Settle());
    const auto size = static_cast<std::size_t>(TRY(SizeBytes()));
    void* at = nullptr;
    if (size > 0) {
      at = ::mmap(nullptr, size, PROT_READ, MAP_SHARED, fd_, 0);
      if (at == MAP_FAILED) return PosixError(path_, "map");
    }
    return std::unique_ptr<Mapping>(new DiskMapping(at, size));
  }

 private:
  // Waits for what WriteBehind took; its error, then and for ever.
  Status Settle() {
    DirectWriter* direct = direct_;
    return direct != nullptr ? direct->Settle() : Ok();
  }

  std::string path_;
  int fd_;
  bool direct_tried_ = false;  // by the one that writes
  std::unique_ptr<DirectWriter> direct_owner_;
  std::atomic<DirectWriter*> direct_ = nullptr;  // the same, for all
};

// flock belongs to the open file description, so two locks of one process exclude each other too.
class DiskLock final : public FileLock {
 public:
  explicit DiskLock(int fd) : fd_(fd) {}
  ~DiskLock() override { ::close(fd_); }

 private:
  int fd_;
};

int OpenFlags(OpenMode mode) {
  switch (mode) {
    case OpenMode::Read: return O_RDONLY;
    case OpenMode::ReadWrite: return O_RDWR;
    case OpenMode::Create: return O_RDWR | O_CREAT;
    case OpenMode::CreateNew: return O_RDWR | O_CREAT | O_EXCL;
  }
  return O_RDONLY;
}

constexpr mode_t kOwnersAlone = 0077;

mode_t ReadUmask() {
  const auto umask = ::umask(kOwnersAlone);
  ::umask(umask);
  return umask;
}

class PosixFileSystem final : public FileSystem {
 public:
  // What it makes has these modes less `withheld`, whatever the umask has become.
  explicit PosixFileSystem(mode_t withheld)
      : file_mode_(0666 & ~withheld), directory_mode_(0777 & ~withheld) {}

  Result<std::unique_ptr<File>> Open(const std::string& path, OpenMode mode) override {
    // O_NONBLOCK: a pipe would make the opener wait for somebody at its other end.
    const int flags = OpenFlags(mode);
    const int fd = ::open(path.c_str(), flags | O_CLOEXEC | O_NONBLOCK, file_mode_ & 0600);
    if (fd < 0) return PosixError(path, "open");
    auto file = std::make_unique<DiskFile>(path, fd);
    if ((flags & O_CREAT) != 0 && IsShared()) (void)::fchmod(fd, file_mode_);
    struct stat stat = {};
    if (::fstat(fd, &stat) != 0) return PosixError(path, "stat");
    if (S_ISFIFO(stat.st_mode) || S_ISSOCK(stat.st_mode)) {
      return Error(Errc::Invalid, path + " is no file, but a pipe or socket");
    }
    return std::unique_ptr<File>(std::move(file));
  }

  Status Rename(const std::string& from, const std::string& to) override {
    if (::rename(from.c_str(), to.c_str()) != 0) return PosixError(from, "rename");
    return Ok();
  }

  Status Remove(const std::string& path) override {
    if (::remove(path.c_str()) != 0) return PosixError(path, "remove");
    return Ok();
  }

  Status CreateDirectories(const std::string& path) override {
    for (std::size_t at = 1; at <= path.size(); ++at) {
      if (at < path.size() && path[at] != '/') continue;
      const std::string prefix = path.substr(0, at);
      if (::mkdir(prefix.c_str(), directory_mode_ & 0700) == 0) {
        if (IsShared()) (void)::chmod(prefix.c_str(), directory_mode_);
        TRY(SyncDirectory(ParentDirectory(prefix)));
      } else if (errno != EEXIST) {
        return PosixError(prefix, "mkdir");
      }
    }
    const auto stat = TRY(Stat(path));
    if (!stat.is_directory) return Error(Errc::Io, path + ": not a directory");
    return Ok();
  }

  Result<std::vector<std::string>> List(const std::string& directory) override {
    DIR* dir = ::opendir(directory.c_str());
    if (dir == nullptr) return PosixError(directory, "list");
    std::vector<std::string> names;
    while (const dirent* entry = ::readdir(dir)) {
      const std::string name = entry->d_name;
      if (name != "." && name != "..") names.push_back(name);
    }
    ::closedir(dir);
    std::sort(names.begin(), names.end());
    return names;
  }

  Status SyncDirectory(const std::string& directory) override {
    const int fd = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return PosixError(directory, "open");
    const int rc = ::fsync(fd);
    Status status = rc == 0 ? Ok() : Status(PosixError(directory, "sync"));
    ::close(fd);
    return status;
  }

  Result<FileStat> Stat(const std::string& path) override {
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0) return PosixError(path, "stat");
    return FileStat{.is_directory = S_ISDIR(status.st_mode),
                    .size_bytes = static_cast<std::uint64_t>(status.st_size),
                    .modified_ms = status.st_mtim.tv_sec * 1000 + status.st_mtim.tv_nsec / 1000000,
                    .is_ours = status.st_uid == ::geteuid(),
                    .is_private = (status.st_mode & (S_IRWXG | S_IRWXO)) == 0};
  }

  Result<std::uint64_t> FreeBytes(const std::string& path) override {
    struct statvfs status {};
    if (::statvfs(path.c_str(), &status) != 0) return PosixError(path, "statvfs");
    return static_cast<std::uint64_t>(status.f_bavail) * status.f_frsize;
  }

  Result<std::unique_ptr<FileLock>> Lock(const std::string& path) override {
    const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0) return PosixError(path, "open");
    auto lock = std::make_unique<DiskLock>(fd);
    if (::flock(fd, LOCK_EX | LOCK_NB) == 0) return std::unique_ptr<FileLock>(std::move(lock));
    if (errno == EWOULDBLOCK) return Error(Errc::Conflict, path + ": held by another process");
    return PosixError(path, "lock");
  }

 private:
  bool IsShared() const { return (file_mode_ & kOwnersAlone) != 0; }

  const mode_t file_mode_;
  const mode_t directory_mode_;
};

}  // namespace

FileSystem& DiskFileSystem() {
  static PosixFileSystem fs(kOwnersAlone);
  return fs;
}

FileSystem& SharedDiskFileSystem() {
  static PosixFileSystem fs(ReadUmask());
  return fs;
}

}  // namespace banyan
