#include "tests/support/memory_file_system.h"

#include <algorithm>

namespace banyan {
namespace {

constexpr std::uint64_t kMaxFileBytes = std::uint64_t{4} << 30;
constexpr std::uint64_t kUnlimitedBytes = std::uint64_t{1} << 40;

class MemoryMapping final : public Mapping {
 public:
  explicit MemoryMapping(std::shared_ptr<const Bytes> bytes) : bytes_(std::move(bytes)) {}
  ByteView bytes() const override { return *bytes_; }

 private:
  std::shared_ptr<const Bytes> bytes_;
};

}  // namespace

// One operation: holds the lock, and the fault that the plan has for it.
class Turn {
 public:
  Turn(MemoryFileSystem& fs, Operation operation, const std::string& what)
      : lock_(fs.mutex_), fault_(fs.faults_.Next(operation, what)) {}

  // The operation must not take effect: return error().
  bool stopped() const { return fault_ && fault_->reach == Reach::None; }
  bool lost_power() const { return fault_ && fault_->kind == FaultKind::Crash; }
  bool halved() const { return fault_ && fault_->reach == Reach::Half; }
  const Error& error() const { return fault_->error; }
  // After the effect: the result, or the error it is to be reported with.
  Status Finish() const { return fault_ ? Status(fault_->error) : Ok(); }
  template <typename T>
  Result<T> Finish(T value) const {
    if (fault_) return fault_->error;
    return value;
  }

 private:
  std::unique_lock<std::mutex> lock_;
  std::optional<Fault> fault_;
};

class MemoryFile final : public File {
 public:
  MemoryFile(MemoryFileSystem& fs, std::string path, NodePtr node, bool writable)
      : fs_(fs),
        path_(std::move(path)),
        node_(std::move(node)),
        writable_(writable),
        crashes_(fs.crashes_) {}

  Result<std::size_t> ReadAt(std::uint64_t offset, std::span<std::uint8_t> out) override {
    const Turn turn(fs_, Operation::Query, path_ + ": read");
    if (turn.stopped()) return turn.error();
    TRY(CheckAlive());
    return turn.Finish(node_->content.ReadAt(offset, out));
  }

  Status WriteAt(std::uint64_t offset, ByteView data) override {
    const Turn turn(fs_, Operation::Write, path_ + ": write");
    if (turn.stopped()) return turn.error();
    TRY(CheckWritable(offset + data.size()));
    const std::uint64_t room = std::max(offset, node_->content.size_bytes() + fs_.Free()) - offset;
    auto fits = data.first(std::min<std::uint64_t>(data.size(), room));
    if (turn.halved()) fits = fits.first(fits.size() / 2);
    if (!fits.empty()) node_->content.WriteAt(offset, fits);
    node_->modified_ms = fs_.NowMs();
    TRY(turn.Finish());
    if (fits.size() < data.size()) return Error(Errc::NoSpace, path_ + ": write: disk full");
    return Ok();
  }

  Status Truncate(std::uint64_t size_bytes) override {
    const Turn turn(fs_, Operation::Change, path_ + ": truncate");
    if (turn.stopped()) return turn.error();
    TRY(CheckWritable(size_bytes));
    if (size_bytes > node_->content.size_bytes() + fs_.Free()) {
      return Error(Errc::NoSpace, path_ + ": truncate: disk full");
    }
    node_->content.Truncate(size_bytes);
    node_->modified_ms = fs_.NowMs();
    return turn.Finish();
  }

  Status Sync() override {
    const Turn turn(fs_, Operation::Change, path_ + ": sync");
    TRY(CheckAlive());
    if (turn.stopped()) {
      if (!turn.lost_power()) node_->content.LoseUnsynced();
      return turn.error();
    }
    node_->content.Sync();
    return turn.Finish();
  }

  Result<std::uint64_t> SizeBytes() override {
    const Turn turn(fs_, Operation::Query, path_ + ": size");
    if (turn.stopped()) return turn.error();
    TRY(CheckAlive());
    return turn.Finish(node_->content.size_bytes());
  }

  Result<std::unique_ptr<Mapping>> Map() override {
    const Turn turn(fs_, Operation::Query, path_ + ": map");
    if (turn.stopped()) return turn.error();
    TRY(CheckAlive());
    return turn.Finish<std::unique_ptr<Mapping>>(
        std::make_unique<MemoryMapping>(node_->content.Map()));
  }

 private:
  Status CheckAlive() const {
    if (crashes_ == fs_.crashes_) return Ok();
    return Error(Errc::Io, path_ + ": opened before the crash");
  }

  Status CheckWritable(std::uint64_t end) const {
    TRY(CheckAlive());
    if (!writable_) return Error(Errc::Io, path_ + ": opened for reading only");
    if (end > kMaxFileBytes) return Error(Errc::Io, path_ + ": file too large for memory");
    return Ok();
  }

  MemoryFileSystem& fs_;
  const std::string path_;
  const NodePtr node_;
  const bool writable_;
  const std::uint64_t crashes_;  // of the file system when this was opened
};

class MemoryLock final : public FileLock {
 public:
  MemoryLock(MemoryFileSystem& fs, NodePtr node)
      : fs_(fs), node_(std::move(node)), crashes_(fs.crashes_) {}
  ~MemoryLock() override {
    const std::unique_lock lock(fs_.mutex_);
    if (crashes_ == fs_.crashes_) fs_.locks_.erase(node_);
  }

 private:
  MemoryFileSystem& fs_;
  const NodePtr node_;
  const std::uint64_t crashes_;
};

void MemoryFileSystem::SetFault(FaultPlan plan) {
  const std::unique_lock lock(mutex_);
  faults_ = FaultCounter(plan);
}

std::uint64_t MemoryFileSystem::struck() const {
  const std::unique_lock lock(mutex_);
  return faults_.struck();
}

std::uint64_t MemoryFileSystem::counted() const {
  const std::unique_lock lock(mutex_);
  return faults_.counted();
}

void MemoryFileSystem::SetCapacity(std::uint64_t size_bytes) {
  const std::unique_lock lock(mutex_);
  capacity_bytes_ = size_bytes;
}

void MemoryFileSystem::StartFrom(const MemoryFileSystem& other) {
  std::scoped_lock lock(mutex_, other.mutex_);
  tree_ = other.tree_.Durable();
}

void MemoryFileSystem::Crash(std::uint64_t seed) {
  const std::unique_lock lock(mutex_);
  FakeRandom random(seed);
  tree_.Crash(seed == 0 ? nullptr : &random);
  faults_ = FaultCounter();
  locks_.clear();
  ++crashes_;
}

Result<std::unique_ptr<File>> MemoryFileSystem::Open(const std::string& path, OpenMode mode) {
  const bool creates = mode == OpenMode::Create || mode == OpenMode::CreateNew;
  const Turn turn(*this, creates ? Operation::Change : Operation::Query, path + ": open");
  if (turn.stopped()) return turn.error();
  auto found = tree_.Find(path);
  if (found && mode == OpenMode::CreateNew) return Error(Errc::Conflict, path + ": exists");
  if (!found && creates && found.error().code() == Errc::NotFound) {
    found = tree_.CreateFile(path, NowMs());
  }
  const NodePtr node = TRY(std::move(found));
  if (node->is_directory) return Error(Errc::Io, path + ": is a directory");
  return turn.Finish<std::unique_ptr<File>>(
      std::make_unique<MemoryFile>(*this, path, node, mode != OpenMode::Read));
}

Status MemoryFileSystem::Rename(const std::string& from, const std::string& to) {
  const Turn turn(*this, Operation::Change, from + ": rename");
  if (turn.stopped()) return turn.error();
  TRY(tree_.Rename(from, to));
  return turn.Finish();
}

Status MemoryFileSystem::Remove(const std::string& path) {
  const Turn turn(*this, Operation::Remove, path + ": remove");
  if (turn.stopped()) return turn.error();
  TRY(tree_.Remove(path));
  return turn.Finish();
}

Status MemoryFileSystem::CreateDirectories(const std::string& path) {
  const Turn turn(*this, Operation::Change, path + ": mkdir");
  if (turn.stopped()) return turn.error();
  TRY(tree_.CreateDirectories(path, NowMs()));
  return turn.Finish();
}

Result<std::vector<std::string>> MemoryFileSystem::List(const std::string& directory) {
  const Turn turn(*this, Operation::Query, directory + ": list");
  if (turn.stopped()) return turn.error();
  const NodePtr node = TRY(tree_.Find(directory));
  if (!node->is_directory) return Error(Errc::NotFound, directory + ": not a directory");
  std::vector<std::string> names;
  for (const auto& [name, child] : node->children) names.push_back(name);
  return turn.Finish(names);
}

Status MemoryFileSystem::SyncDirectory(const std::string& directory) {
  const Turn turn(*this, Operation::Change, directory + ": sync directory");
  if (turn.stopped()) return turn.error();
  TRY(tree_.SyncDirectory(directory));
  return turn.Finish();
}

Result<FileStat> MemoryFileSystem::Stat(const std::string& path) {
  const Turn turn(*this, Operation::Query, path + ": stat");
  if (turn.stopped()) return turn.error();
  const NodePtr node = TRY(tree_.Find(path));
  return turn.Finish(FileStat{.is_directory = node->is_directory,
                              .size_bytes = node->content.size_bytes(),
                              .modified_ms = node->modified_ms});
}

Result<std::uint64_t> MemoryFileSystem::FreeBytes(const std::string& path) {
  const Turn turn(*this, Operation::Query, path + ": free bytes");
  if (turn.stopped()) return turn.error();
  TRY(tree_.Find(path));
  return turn.Finish(Free());
}

Result<std::unique_ptr<FileLock>> MemoryFileSystem::Lock(const std::string& path) {
  const Turn turn(*this, Operation::Change, path + ": lock");
  if (turn.stopped()) return turn.error();
  auto found = tree_.Find(path);
  if (!found && found.error().code() == Errc::NotFound) found = tree_.CreateFile(path, NowMs());
  const NodePtr node = TRY(std::move(found));
  TRY(turn.Finish());  // who is told of a failure holds nothing
  if (!locks_.insert(node).second) return Error(Errc::Conflict, path + ": held by another");
  return std::unique_ptr<FileLock>(std::make_unique<MemoryLock>(*this, node));
}

std::uint64_t MemoryFileSystem::Free() const {
  if (!capacity_bytes_) return kUnlimitedBytes;
  return *capacity_bytes_ - std::min(*capacity_bytes_, tree_.UsedBytes());
}

}  // namespace banyan
