#include "storage/content/backup_directory.h"

#include <algorithm>
#include <array>
#include <set>

#include "storage/base/clock.h"
#include "storage/base/json.h"
#include "storage/content/pack.h"

namespace banyan::storage {
namespace {

constexpr std::string_view kFormat = "banyan-backup";
constexpr int kVersion = 1;
constexpr std::size_t kChecksumBytes = 16;  // at the end of a sealed pack
constexpr std::uint64_t kMaxListBytes = 1u << 30;

Status AddFiles(FileSystem& fs, const std::string& directory, const std::string& prefix,
                std::vector<std::string>& out) {
  for (const std::string& name : TRY(fs.List(directory))) {
    const std::string path = directory + "/" + name;
    if (TRY(fs.Stat(path)).is_directory) {
      TRY(AddFiles(fs, path, prefix + name + "/", out));
    } else {
      out.push_back(prefix + name);
    }
  }
  return Ok();
}

Status RemoveTree(FileSystem& fs, const std::string& path) {
  if (TRY(fs.Stat(path)).is_directory) {
    for (const std::string& name : TRY(fs.List(path))) TRY(RemoveTree(fs, path + "/" + name));
  }
  return fs.Remove(path);
}

// Names in a directory that may not be there.
Result<std::vector<std::string>> ListIfThere(FileSystem& fs, const std::string& directory) {
  auto names = fs.List(directory);
  if (!names && names.error().code() == Errc::NotFound) return std::vector<std::string>();
  return names;
}

}  // namespace

Result<std::vector<std::string>> ListFilesBelow(FileSystem& fs, const std::string& directory) {
  std::vector<std::string> files;
  TRY(AddFiles(fs, directory, "", files));
  return files;
}

Status RemoveIfThere(FileSystem& fs, const std::string& path) {
  const Status removed = fs.Remove(path);
  return removed || removed.error().code() == Errc::NotFound ? Ok() : removed;
}

Result<std::optional<std::uint64_t>> BackupDirectory::CompleteSet() const {
  const std::string path = path_ + "/backup.json";
  const auto bytes = ReadFile(fs_, path, 4096);
  if (!bytes && bytes.error().code() == Errc::NotFound) return std::optional<std::uint64_t>();
  const auto json = ParseJson(AsText(TRY(std::move(bytes))));
  const auto set = json ? FindInt(*json, "set") : std::nullopt;
  if (!set || *set < 1 || FindString(*json, "format") != kFormat ||
      FindInt(*json, "version") != kVersion) {
    return Error(Errc::Invalid, path + ": not of a backup that this program knows");
  }
  return std::optional(static_cast<std::uint64_t>(*set));
}

Status BackupDirectory::RequireNothingElse() const {
  static constexpr std::array<std::string_view, 3> kOurs = {"packs", "sets", "lost+found"};
  for (const std::string& name : TRY(ListIfThere(fs_, path_))) {
    if (name.starts_with("backup.json")) continue;  // or what a write of it left
    if (std::find(kOurs.begin(), kOurs.end(), name) != kOurs.end()) continue;
    return Error(Errc::Conflict,
                 path_ + ": holds \"" + name +
                     "\", which is not of a backup; name an empty or new directory");
  }
  return Ok();
}

Status BackupDirectory::SyncNames(const std::vector<std::string>& packs) {
  std::set<std::string> directories = {path_, path_ + "/sets"};
  for (const std::string& name : packs) {
    directories.insert(path_ + "/packs");
    directories.insert(path_ + "/" + ParentDirectory(name));
  }
  for (const std::string& directory : directories) TRY(fs_.SyncDirectory(directory));
  return Ok();
}

Status BackupDirectory::Complete(std::uint64_t set, const std::vector<std::string>& packs,
                                 std::int64_t now_ms) {
  std::string list;
  for (const std::string& name : packs) list += name + "\n";
  TRY(WriteFileDurably(fs_, SetPath(set) + "/packs.list", AsBytes(list)));
  const Json marker = {
      {"format", kFormat}, {"version", kVersion}, {"set", set}, {"time", ToIsoTime(now_ms)}};
  return WriteFileDurably(fs_, path_ + "/backup.json", AsBytes(DumpJson(marker, 2)));
}

Status BackupDirectory::RemoveSetsBut(std::optional<std::uint64_t> set) {
  const std::string keep = set ? std::to_string(*set) : "";
  for (const std::string& name : TRY(ListIfThere(fs_, path_ + "/sets"))) {
    if (name != keep) TRY(RemoveTree(fs_, path_ + "/sets/" + name));
  }
  return Ok();
}

Status BackupDirectory::RemoveOthers(std::uint64_t set, const std::vector<std::string>& packs) {
  TRY(RemoveSetsBut(set));
  std::vector<std::string> kept = packs;
  std::sort(kept.begin(), kept.end());
  for (const std::string& bucket : TRY(ListIfThere(fs_, path_ + "/packs"))) {
    for (const std::string& file : TRY(fs_.List(path_ + "/packs/" + bucket))) {
      const std::string name = "packs/" + bucket + "/" + file;
      if (!std::binary_search(kept.begin(), kept.end(), name)) TRY(fs_.Remove(path_ + "/" + name));
    }
  }
  return Ok();
}

Result<std::vector<std::string>> BackupDirectory::Packs(std::uint64_t set) const {
  const Bytes list = TRY(ReadFile(fs_, SetPath(set) + "/packs.list", kMaxListBytes));
  std::vector<std::string> names;
  for (std::string_view text = AsText(list); !text.empty();) {
    const auto end = std::min(text.find('\n'), text.size());
    names.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return names;
}

Result<std::string> BackupDirectory::PackName(FileSystem& fs, const std::string& packs_directory,
                                              PackId id) {
  const std::string sealed = PathsOf(packs_directory, id).sealed;
  auto file = TRY(fs.Open(sealed, OpenMode::Read));
  const std::uint64_t size = TRY(file->SizeBytes());
  Bytes checksum(kChecksumBytes);
  if (size < checksum.size()) return Error(Errc::Corrupt, sealed + ": too short for a pack");
  if (TRY(file->ReadAt(size - checksum.size(), checksum)) != checksum.size()) {
    return Error(Errc::Corrupt, sealed + ": cut short while it was read");
  }
  const std::string name = sealed.substr(packs_directory.size() + 1);  // 2a/0000002a.pack
  return "packs/" + name.substr(0, name.size() - 5) + "-" + ToHex(checksum) + ".pack";
}

Result<std::string> BackupDirectory::SealedName(const std::string& pack_name) {
  const std::size_t size = std::string_view("packs/2a/0000002a").size();
  const std::size_t whole = size + 1 + 2 * kChecksumBytes + std::string_view(".pack").size();
  if (pack_name.size() != whole || pack_name.rfind("packs/", 0) != 0 || pack_name[size] != '-') {
    return Error(Errc::Corrupt, "packs.list: malformed name \"" + pack_name + "\"");
  }
  return pack_name.substr(6, size - 6) + ".pack";
}

}  // namespace banyan::storage
