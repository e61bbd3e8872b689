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
#include <optional>
#include <utility>

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

// A descriptor that is closed at the end, or none.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(other.Release()) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }

  int get() const { return fd_; }
  int Release() { return std::exchange(fd_, -1); }

 private:
  int fd_;
};

// flock belongs to the open file description, so two locks of one process exclude each other too.
class DiskLock final : public FileLock {
 public:
  explicit DiskLock(Descriptor file) : file_(std::move(file)) {}

 private:
  Descriptor file_;
};

// A name in a directory that is open, or a path as the process has it.
class Place {
 public:
  explicit Place(std::string path) : directory_(-1), name_(std::move(path)) {}
  Place(Descriptor directory, std::string name)
      : directory_(std::move(directory)), name_(std::move(name)) {}

  int directory() const { return is_below() ? directory_.get() : AT_FDCWD; }
  const char* name() const { return name_.c_str(); }
  // Of a root: no link is followed.
  bool is_below() const { return directory_.get() >= 0; }

 private:
  Descriptor directory_;
  std::string name_;
};

Error IsALink(const std::string& path) {
  return Error(Errc::Invalid, path +
                                  " is a symbolic link, and none is followed on a medium that "
                                  "others may have written on: put a file or folder there instead");
}

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

constexpr int kLookFlags = O_PATH | O_DIRECTORY | O_CLOEXEC;

class PosixFileSystem final : public FileSystem {
 public:
  // What it makes has these modes less `withheld`, whatever the umask has become. Below a root no
  // link is followed.
  explicit PosixFileSystem(mode_t withheld, std::optional<std::string> root = std::nullopt)
      : withheld_(withheld),
        file_mode_(0666 & ~withheld),
        directory_mode_(0777 & ~withheld),
        root_(std::move(root)) {}

  Result<std::unique_ptr<File>> Open(const std::string& path, OpenMode mode) override {
    // O_NONBLOCK: a pipe would make the opener wait for somebody at its other end.
    const int flags = OpenFlags(mode);
    auto opened = TRY(OpenPlace(path, flags | O_NONBLOCK, file_mode_ & 0600));
    const int fd = opened.Release();
    auto file = std::make_unique<DiskFile>(path, fd);
    if ((flags & O_CREAT) != 0 && IsShared()) (void)::fchmod(fd, file_mode_);
    struct stat stat = {};
    if (::fstat(fd, &stat) != 0) return PosixError(path, "stat");
    if (S_ISFIFO(stat.st_mode) || S_ISSOCK(stat.st_mode)) {
      return Error(Errc::Invalid, path + " is no file, but a pipe or socket");
    }
    return std::unique_ptr<File>(std::move(file));
  }

  // Links that have one of the names are moved and replaced themselves.
  Status Rename(const std::string& from, const std::string& to) override {
    const auto before = TRY(Find(from));
    const auto after = TRY(Find(to));
    const int rc = ::renameat(before.directory(), before.name(), after.directory(), after.name());
    if (rc != 0) return PosixError(from, "rename");
    return Ok();
  }

  Status Remove(const std::string& path) override {
    const auto place = TRY(Find(path));
    if (::unlinkat(place.directory(), place.name(), 0) == 0) return Ok();
    const bool is_directory = errno == EISDIR;
    if (is_directory && ::unlinkat(place.directory(), place.name(), AT_REMOVEDIR) == 0) return Ok();
    return PosixError(path, "remove");
  }

  Status CreateDirectories(const std::string& path) override {
    for (std::size_t at = 1; at <= path.size(); ++at) {
      if (at < path.size() && path[at] != '/') continue;
      const std::string prefix = path.substr(0, at);
      const auto place = TRY(Find(prefix));
      if (::mkdirat(place.directory(), place.name(), directory_mode_ & 0700) == 0) {
        if (IsShared()) Share(place);
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
    auto opened = TRY(OpenPlace(directory, O_RDONLY | O_DIRECTORY));
    DIR* dir = ::fdopendir(opened.get());
    if (dir == nullptr) return PosixError(directory, "list");
    (void)opened.Release();  // closed with `dir`
    std::vector<std::string> names;
    for (;;) {
      errno = 0;  // what readdir leaves at the end, and nowhere else
      const dirent* entry = ::readdir(dir);
      if (entry == nullptr) break;
      const std::string name = entry->d_name;
      if (name != "." && name != "..") names.push_back(name);
    }
    const int failure = errno;
    ::closedir(dir);
    errno = failure;
    if (failure != 0) return PosixError(directory, "list");
    std::sort(names.begin(), names.end());
    return names;
  }

  Status SyncDirectory(const std::string& directory) override {
    const auto opened = TRY(OpenPlace(directory, O_RDONLY | O_DIRECTORY));
    if (::fsync(opened.get()) != 0) return PosixError(directory, "sync");
    return Ok();
  }

  Result<FileStat> Stat(const std::string& path) override {
    const auto place = TRY(Find(path));
    const int flags = place.is_below() ? AT_SYMLINK_NOFOLLOW : 0;
    struct stat status {};
    if (::fstatat(place.directory(), place.name(), &status, flags) != 0) {
      return PosixError(path, "stat");
    }
    if (S_ISLNK(status.st_mode)) return IsALink(path);
    return FileStat{.is_directory = S_ISDIR(status.st_mode),
                    .size_bytes = static_cast<std::uint64_t>(status.st_size),
                    .modified_ms = status.st_mtim.tv_sec * 1000 + status.st_mtim.tv_nsec / 1000000,
                    .is_ours = status.st_uid == ::geteuid(),
                    .is_private = (status.st_mode & (S_IRWXG | S_IRWXO)) == 0};
  }

  Result<std::uint64_t> FreeBytes(const std::string& path) override {
    const auto opened = TRY(OpenPlace(path, O_PATH));
    struct statvfs status {};
    if (::fstatvfs(opened.get(), &status) != 0) return PosixError(path, "statvfs");
    return static_cast<std::uint64_t>(status.f_bavail) * status.f_frsize;
  }

  Result<std::unique_ptr<FileLock>> Lock(const std::string& path) override {
    auto opened = TRY(OpenPlace(path, O_RDWR | O_CREAT, 0600));
    const int fd = opened.get();
    auto lock = std::make_unique<DiskLock>(std::move(opened));
    if (::flock(fd, LOCK_EX | LOCK_NB) == 0) return std::unique_ptr<FileLock>(std::move(lock));
    if (errno == EWOULDBLOCK) return Error(Errc::Conflict, path + ": held by another process");
    return PosixError(path, "lock");
  }

  std::shared_ptr<FileSystem> Below(const std::string& root) override {
    return std::make_shared<PosixFileSystem>(withheld_,
                                             root.substr(0, root.find_last_not_of('/') + 1));
  }

 private:
  bool IsShared() const { return (file_mode_ & kOwnersAlone) != 0; }

  // Below the root, which has no slash at its end.
  bool IsGuarded(const std::string& path) const {
    return root_ && path.starts_with(*root_ + "/") &&
           path.find_first_not_of('/', root_->size()) != path.npos;
  }

  // Each directory between the root and the last name is opened in the one before it, so that none
  // is a link, nor becomes one after somebody looked.
  Result<Place> Find(const std::string& path) const {
    if (!IsGuarded(path)) return Place(path);
    Descriptor directory(::open((*root_ + "/").c_str(), kLookFlags));
    if (directory.get() < 0) return PosixError(*root_, "open");
    for (std::size_t at = root_->size();;) {
      const auto begin = path.find_first_not_of('/', at);
      const auto end = std::min(path.find('/', begin), path.size());
      const auto name = path.substr(begin, end - begin);
      if (name == "." || name == "..") {
        return Error(Errc::Invalid, path + ": a path goes straight down");
      }
      if (path.find_first_not_of('/', end) == path.npos) return Place(std::move(directory), name);
      const Place place(std::move(directory), name);
      const auto so_far = path.substr(0, end);
      Descriptor next(::openat(place.directory(), place.name(), kLookFlags | O_NOFOLLOW));
      if (next.get() < 0) return OpenError(place, so_far);
      directory = std::move(next);
      at = end;
    }
  }

  Result<Descriptor> OpenPlace(const std::string& path, int flags, mode_t mode = 0) const {
    const auto place = TRY(Find(path));
    if (place.is_below()) flags |= O_NOFOLLOW;
    Descriptor opened(::openat(place.directory(), place.name(), flags | O_CLOEXEC, mode));
    if (opened.get() < 0) return OpenError(place, path);
    return opened;
  }

  static Error OpenError(const Place& place, const std::string& path) {
    Error error = PosixError(path, "open");
    if (!place.is_below()) return error;
    struct stat status {};
    const int rc = ::fstatat(place.directory(), place.name(), &status, AT_SYMLINK_NOFOLLOW);
    return rc == 0 && S_ISLNK(status.st_mode) ? IsALink(path) : error;
  }

  // A directory that was just made.
  void Share(const Place& place) const {
    const int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
    const Descriptor made(::openat(place.directory(), place.name(), flags));
    if (made.get() >= 0) (void)::fchmod(made.get(), directory_mode_);
  }

  const mode_t withheld_;
  const mode_t file_mode_;
  const mode_t directory_mode_;
  const std::optional<std::string> root_;
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
