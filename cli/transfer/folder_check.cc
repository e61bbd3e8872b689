#include "cli/transfer/folder_check.h"

#include <set>

#include "cli/transfer/local_files.h"

namespace banyan::cli {
Result<FolderReport> CheckFolder(FileSystem& fs, const std::string& folder,
                                 const std::vector<PullFile>& files,
                                 const CheckProgress& progress) {
  if (!TRY(fs.Stat(folder)).is_directory) {
    return Error(Errc::Invalid, folder + " is no folder: name the one that was pulled into");
  }
  FolderReport report;
  std::set<std::string> extra;
  for (const auto& file : TRY(ListLocalFiles(fs, folder))) extra.insert(file.relative);
  for (const auto& file : files) {
    extra.erase(file.path);
    const auto path = folder + "/" + file.path;
    const auto there = TRY(FindOccupant(path));
    if (there.kind == Occupant::Kind::Nothing) {
      report.missing.push_back(file.path);
      continue;
    }
    const bool may_be_same =
        there.kind == Occupant::Kind::File && there.size_bytes == file.entry.size_bytes;
    if (may_be_same && TRY(HashFileContent(fs, path, progress)) == file.entry.sha256) {
      ++report.same_files;
      report.same_bytes += file.entry.size_bytes;
    } else {
      report.changed.push_back(file.path);
    }
  }
  report.extra.assign(extra.begin(), extra.end());
  return report;
}

}  // namespace banyan::cli
