#include "tests/support/sqlite_vfs.h"

#include <algorithm>
#include <new>

#include "storage/base/check.h"
#include "tests/support/sqlite_locks.h"

namespace banyan {
namespace {

constexpr int kPathBytesMax = 512;
constexpr int kSectorBytes = 4096;

// SQLite allocates this and sees its sqlite3_file; Open and Close build and end the rest.
struct VfsFile : sqlite3_file {
  VfsFile(SqliteVfs& owner, std::string file_path, std::unique_ptr<File> opened)
      : sqlite3_file{},
        vfs(owner),
        path(std::move(file_path)),
        file(std::move(opened)),
        locks(owner.Share(path)) {}

  SqliteVfs& vfs;
  const std::string path;
  std::unique_ptr<File> file;
  SqliteLocks locks;
  bool delete_on_close = false;
  bool sync_directory = false;  // the name is not durable yet
};

VfsFile& Self(sqlite3_file* file) { return *static_cast<VfsFile*>(file); }
SqliteVfs& Owner(sqlite3_vfs* vfs) { return *static_cast<SqliteVfs*>(vfs->pAppData); }

// A full disk has its own code; every other failure is `code`.
int Rc(const Status& status, int code) {
  if (status) return SQLITE_OK;
  return status.error().code() == Errc::NoSpace ? SQLITE_FULL : code;
}

int Close(sqlite3_file* file) {
  auto& self = Self(file);
  self.locks.ShmUnmap();
  self.locks.Unlock(SQLITE_LOCK_NONE);
  Status status;
  if (self.delete_on_close) status = self.vfs.fs().Remove(self.path);
  self.~VfsFile();
  return Rc(status, SQLITE_IOERR_DELETE);
}

int Read(sqlite3_file* file, void* out, int size, sqlite3_int64 offset) {
  const std::span<std::uint8_t> buffer(static_cast<std::uint8_t*>(out),
                                       static_cast<std::size_t>(size));
  const auto got = Self(file).file->ReadAt(static_cast<std::uint64_t>(offset), buffer);
  if (!got) return SQLITE_IOERR_READ;
  if (*got == buffer.size()) return SQLITE_OK;
  std::fill(buffer.begin() + static_cast<std::ptrdiff_t>(*got), buffer.end(), std::uint8_t{0});
  return SQLITE_IOERR_SHORT_READ;
}

int Write(sqlite3_file* file, const void* data, int size, sqlite3_int64 offset) {
  const ByteView bytes(static_cast<const std::uint8_t*>(data), static_cast<std::size_t>(size));
  return Rc(Self(file).file->WriteAt(static_cast<std::uint64_t>(offset), bytes),
            SQLITE_IOERR_WRITE);
}

int Truncate(sqlite3_file* file, sqlite3_int64 size) {
  return Rc(Self(file).file->Truncate(static_cast<std::uint64_t>(size)), SQLITE_IOERR_TRUNCATE);
}

int Sync(sqlite3_file* file, int) {
  auto& self = Self(file);
  if (const Status synced = self.file->Sync(); !synced) return Rc(synced, SQLITE_IOERR_FSYNC);
  if (!self.sync_directory) return SQLITE_OK;
  const Status named = self.vfs.fs().SyncDirectory(ParentDirectory(self.path));
  self.sync_directory = !named;
  return Rc(named, SQLITE_IOERR_DIR_FSYNC);
}

int FileSize(sqlite3_file* file, sqlite3_int64* size) {
  const auto got = Self(file).file->SizeBytes();
  if (!got) return SQLITE_IOERR_FSTAT;
  *size = static_cast<sqlite3_int64>(*got);
  return SQLITE_OK;
}

int Lock(sqlite3_file* file, int level) { return Self(file).locks.Lock(level); }
int Unlock(sqlite3_file* file, int level) { return Self(file).locks.Unlock(level); }
int CheckReservedLock(sqlite3_file* file, int* reserved) {
  *reserved = Self(file).locks.Reserved() ? 1 : 0;
  return SQLITE_OK;
}

int FileControl(sqlite3_file*, int, void*) { return SQLITE_NOTFOUND; }
int SectorSize(sqlite3_file*) { return kSectorBytes; }
// A torn write never harms the bytes beside it.
int DeviceCharacteristics(sqlite3_file*) { return SQLITE_IOCAP_POWERSAFE_OVERWRITE; }

int ShmMap(sqlite3_file* file, int index, int size, int extend, void volatile** out) {
  *out = Self(file).locks.ShmMap(index, size, extend != 0);
  return SQLITE_OK;
}
int ShmLock(sqlite3_file* file, int first, int count, int flags) {
  return Self(file).locks.ShmLock(first, count, flags);
}
void ShmBarrier(sqlite3_file* file) { Self(file).locks.ShmBarrier(); }
int ShmUnmap(sqlite3_file* file, int) {
  Self(file).locks.ShmUnmap();
  return SQLITE_OK;
}

const sqlite3_io_methods kMethods = {
    2,  // with shared memory, without memory-mapped pages
    Close,       Read,       Write,
    Truncate,    Sync,       FileSize,
    Lock,        Unlock,     CheckReservedLock,
    FileControl, SectorSize, DeviceCharacteristics,
    ShmMap,      ShmLock,    ShmBarrier,
    ShmUnmap,    nullptr,    nullptr,
};

// Opens as the flags say; `created` tells whether the name is new.
Result<std::unique_ptr<File>> OpenByFlags(FileSystem& fs, const std::string& path, int flags,
                                          bool& created) {
  if ((flags & SQLITE_OPEN_READONLY) != 0) return fs.Open(path, OpenMode::Read);
  if ((flags & SQLITE_OPEN_EXCLUSIVE) == 0) {
    auto existing = fs.Open(path, OpenMode::ReadWrite);
    const bool absent = !existing && existing.error().code() == Errc::NotFound;
    if (!absent || (flags & SQLITE_OPEN_CREATE) == 0) return existing;
  }
  created = true;
  return fs.Open(path, OpenMode::CreateNew);
}

int Open(sqlite3_vfs* vfs, const char* name, sqlite3_file* out, int flags, int* out_flags) {
  out->pMethods = nullptr;
  auto& owner = Owner(vfs);
  const std::string path = name != nullptr ? std::string(name) : owner.TemporaryName();
  bool created = false;
  auto opened = OpenByFlags(owner.fs(), path, flags, created);
  if (!opened) return Rc(Status(opened.error()), SQLITE_CANTOPEN);
  auto* file = new (out) VfsFile(owner, path, *std::move(opened));
  file->delete_on_close = (flags & SQLITE_OPEN_DELETEONCLOSE) != 0;
  file->sync_directory = created;
  file->pMethods = &kMethods;
  if (out_flags != nullptr) *out_flags = flags;
  return SQLITE_OK;
}

int Delete(sqlite3_vfs* vfs, const char* name, int sync_directory) {
  auto& fs = Owner(vfs).fs();
  const Status removed = fs.Remove(name);
  if (!removed) {
    const bool absent = removed.error().code() == Errc::NotFound;
    return absent ? SQLITE_IOERR_DELETE_NOENT : Rc(removed, SQLITE_IOERR_DELETE);
  }
  if (sync_directory == 0) return SQLITE_OK;
  return Rc(fs.SyncDirectory(ParentDirectory(name)), SQLITE_IOERR_DIR_FSYNC);
}

// Like SQLite's own VFS, takes an empty file for none: an empty journal is no journal.
int Access(sqlite3_vfs* vfs, const char* name, int, int* result) {
  const auto stat = Owner(vfs).fs().Stat(name);
  if (!stat && stat.error().code() != Errc::NotFound) return SQLITE_IOERR_ACCESS;
  *result = stat && stat->size_bytes > 0 ? 1 : 0;
  return SQLITE_OK;
}

int FullPathname(sqlite3_vfs*, const char* name, int size, char* out) {
  const std::string path = name;
  if (path.size() + 1 > static_cast<std::size_t>(size)) return SQLITE_CANTOPEN;
  std::copy_n(path.c_str(), path.size() + 1, out);
  return SQLITE_OK;
}

}  // namespace

SqliteVfs::SqliteVfs(FileSystem& fs)
    : fs_(fs),
      name_("banyan-" + std::to_string(reinterpret_cast<std::uintptr_t>(this))),
      vfs_(*sqlite3_vfs_find(nullptr)) {
  vfs_.iVersion = 2;
  vfs_.szOsFile = sizeof(VfsFile);
  vfs_.mxPathname = kPathBytesMax;
  vfs_.pNext = nullptr;
  vfs_.zName = name_.c_str();
  vfs_.pAppData = this;
  vfs_.xOpen = Open;
  vfs_.xDelete = Delete;
  vfs_.xAccess = Access;
  vfs_.xFullPathname = FullPathname;
  ENSURE(sqlite3_vfs_register(&vfs_, 0) == SQLITE_OK);
}

SqliteVfs::~SqliteVfs() { sqlite3_vfs_unregister(&vfs_); }

std::shared_ptr<SqliteShared> SqliteVfs::Share(const std::string& path) {
  MutexLock lock(mutex_);
  auto shared = shared_[path].lock();
  if (shared == nullptr) {
    shared = std::make_shared<SqliteShared>();
    shared_[path] = shared;
  }
  return shared;
}

std::string SqliteVfs::TemporaryName() {
  MutexLock lock(mutex_);
  return "sqlite-temporary-" + std::to_string(++temporaries_);
}

}  // namespace banyan
