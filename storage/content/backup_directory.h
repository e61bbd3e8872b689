#pragma once
// The layout of a backup directory (storage/content/FORMAT.md section 10). Internal to storage.
//
//   backup.json           {"format": "banyan-backup", "version": 1, "set": n, "time": ...}
//   sets/<n>/             catalog.db, key files, open/ with open packs, packs.list
//   packs/<xx>/<id>-<footer>.pack   sealed packs, shared by sets; what packs.list names

#include <optional>
#include <string>
#include <vector>

#include "storage/base/file_system.h"
#include "storage/content/recipe.h"

namespace banyan::storage {

class BackupDirectory {
 public:
  BackupDirectory(FileSystem& fs, std::string path) : fs_(fs), path_(std::move(path)) {}

  // The complete set; nullopt when there is no backup.json. Invalid when it is none of ours.
  Result<std::optional<std::uint64_t>> CompleteSet() const;
  // Conflict when it holds something that no backup, complete or interrupted, has at its top: not
  // told from ours, it could be removed with it.
  Status RequireNothingElse() const;
  // Makes the names of packs durable, those that were there before too: a run whose sync failed may
  // have left them in memory only.
  Status SyncNames(const std::vector<std::string>& packs);
  // Makes a set, which is wholly durable, the complete one.
  Status Complete(std::uint64_t set, const std::vector<std::string>& packs, std::int64_t now_ms);
  // Removes every set but this, and packs it does not name.
  Status RemoveOthers(std::uint64_t set, const std::vector<std::string>& packs);
  // Removes every set but this one, if there is one.
  Status RemoveSetsBut(std::optional<std::uint64_t> set);

  std::string SetPath(std::uint64_t set) const { return path_ + "/sets/" + std::to_string(set); }
  const std::string& path() const { return path_; }
  // The packs a complete set names: relative paths, as PackName gives them.
  Result<std::vector<std::string>> Packs(std::uint64_t set) const;

  // "packs/2a/0000002a-<footer>.pack": a sealed pack's name with the checksum at its end, since a
  // collection rewrites packs under the same number; and "2a/0000002a.pack" of it.
  static Result<std::string> PackName(FileSystem& fs, const std::string& packs_directory,
                                      PackId id);
  static Result<std::string> SealedName(const std::string& pack_name);

 private:
  FileSystem& fs_;
  const std::string path_;
};

// Every regular file below `directory`, as paths relative to it.
Result<std::vector<std::string>> ListFilesBelow(FileSystem& fs, const std::string& directory);
// No error when it is not there.
Status RemoveIfThere(FileSystem& fs, const std::string& path);

}  // namespace banyan::storage
