#pragma once
// A FileSystem in memory that can be told to fail, to be full and to lose power.
//
//   MemoryFileSystem fs;
//   fs.SetFault({.kind = FaultKind::Io, .nth = 7});   // the seventh operation fails, once
//   ...
//   fs.Crash(seed);                                   // only what was synced is certain to stay
//
// What a crash keeps: file content as of its last Sync; names as of the last SyncDirectory of the
// directories they are in; directories made by CreateDirectories. With seed 0 nothing else stays,
// the worst an honest disk may do; any other seed keeps a mixture of unsynced writes (some torn)
// and of unsynced name changes. A Sync that was made to fail never becomes durable later, as on
// Linux. fault_loop.h runs a workload through every fault and every crash.

#include <mutex>
#include <optional>
#include <set>

#include "storage/base/clock.h"
#include "storage/base/file_system.h"
#include "tests/support/fault_plan.h"
#include "tests/support/memory_tree.h"

namespace banyan {

// Thread safe; outlives its files, not its mappings. A mapping shows the file as it was when
// mapped: on a disk later writes may or may not show through, so no caller can rely on either.
// Open of a directory fails with Io. A file is at most 4 GiB.
class MemoryFileSystem final : public FileSystem {
 public:
  // Without a clock every file's time is 0.
  explicit MemoryFileSystem(const Clock* clock = nullptr) : clock_(clock) {}

  // Replaces the plan and starts counting afresh.
  void SetFault(FaultPlan plan);
  void ClearFault() { SetFault({}); }
  // Operations that the plan has struck, and those it could have struck, since SetFault.
  std::uint64_t struck() const;
  std::uint64_t counted() const;

  // Becomes what a power loss would leave of `other`: a state prepared once for many runs.
  void StartFrom(const MemoryFileSystem& other);

  // A WriteAt or Truncate beyond this many bytes in all fails with TooLarge, a write after
  // filling what was left. Without it FreeBytes is 1 TiB.
  void SetCapacity(std::uint64_t size_bytes);

  // Power loss and restart: clears the fault plan; files opened before fail with Io from now on.
  void Crash(std::uint64_t seed);

  Result<std::unique_ptr<File>> Open(const std::string& path, OpenMode mode) override;
  Status Rename(const std::string& from, const std::string& to) override;
  Status Remove(const std::string& path) override;
  Status CreateDirectories(const std::string& path) override;
  Result<std::vector<std::string>> List(const std::string& directory) override;
  Status SyncDirectory(const std::string& directory) override;
  Result<FileStat> Stat(const std::string& path) override;
  Result<std::uint64_t> FreeBytes(const std::string& path) override;
  // A crash ends every lock.
  Result<std::unique_ptr<FileLock>> Lock(const std::string& path) override;

 private:
  friend class MemoryFile;
  friend class Turn;
  friend class MemoryLock;
  std::int64_t NowMs() const { return clock_ == nullptr ? 0 : clock_->NowMs(); }
  std::uint64_t Free() const;

  const Clock* clock_;
  mutable std::mutex mutex_;  // guards all below; plain, because Turn carries its lock about
  MemoryTree tree_;
  FaultCounter faults_;
  std::optional<std::uint64_t> capacity_bytes_;
  std::uint64_t crashes_ = 0;
  std::set<NodePtr> locks_;
};

}  // namespace banyan
