#include "cli/transfer/local_files.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <string_view>
#include <system_error>

#include "storage/base/copy_file.h"
#include "storage/base/posix_error.h"

namespace banyan::cli {
namespace {

namespace files = std::filesystem;

bool IsBelow(const files::path& path, const files::path& folder) {
  return std::mismatch(folder.begin(), folder.end(), path.begin(), path.end()).first ==
         folder.end();
}

// A snapshot of huggingface_hub's cache is made of links into the blobs beside it.
bool LeadsOutside(const files::path& link, const files::path& place) {
  std::error_code error;
  const files::path target = files::canonical(link, error);
  const files::path folder = files::canonical(place, error);
  if (IsBelow(target, folder)) return false;
  for (files::path at = folder; at.has_relative_path(); at = at.parent_path()) {
    if (at.filename() == "snapshots") return !IsBelow(target, at.parent_path() / "blobs");
  }
  return true;
}

Error Failed(const std::string& place, const std::error_code& error) {
  const bool absent = error == std::errc::no_such_file_or_directory;
  return Error(absent ? Errc::NotFound : Errc::Io, place + ": " + error.message());
}

Result<LocalFile> Describe(FileSystem& fs, const files::path& path, std::string relative) {
  const FileStat stat = TRY(fs.Stat(path.string()));
  std::error_code error;
  const auto permissions = files::status(path, error).permissions();
  return LocalFile{path.string(), std::move(relative), stat.size_bytes,
                   (permissions & files::perms::owner_exec) != files::perms::none,
                   /*leads_outside=*/false};
}

std::int64_t Nanoseconds(const timespec& time) {
  return time.tv_sec * 1'000'000'000 + time.tv_nsec;
}

// A link that leads to nothing, or in a circle, is no file; what else cannot be looked at may be
// one.
bool HidesItsKind(const std::error_code& error) {
  return error && error != std::errc::no_such_file_or_directory &&
         error != std::errc::not_a_directory && error != std::errc::too_many_symbolic_link_levels;
}

// Of something that is no regular file; empty for a folder, which is walked into.
std::string_view WhatIsNoFile(const files::directory_entry& entry) {
  std::error_code error;
  const auto type = entry.status(error).type();
  if (entry.is_symlink(error)) {
    if (type == files::file_type::directory) return "a link to a folder";
    if (type == files::file_type::not_found) return "a link to nothing";
    return "a link to no plain file";
  }
  switch (type) {
    case files::file_type::directory: return "";
    case files::file_type::fifo: return "a named pipe";
    case files::file_type::socket: return "a socket";
    case files::file_type::block:
    case files::file_type::character: return "a device";
    default: return "no plain file";
  }
}

// A folder that cannot be read is an error, and not an empty one: `push --delete` would delete what
// was in it. The iterator is then at the end, so its error is looked at behind the loop.
Result<std::vector<LocalFile>> WalkFolder(FileSystem& fs, const std::string& place,
                                          const OnLeftOut& on_left_out) {
  std::error_code error;
  std::vector<LocalFile> out;
  std::string last = place;
  files::recursive_directory_iterator at(place, error);
  for (; at != files::recursive_directory_iterator(); at.increment(error)) {
    last = at->path().string();
    const std::string relative = at->path().lexically_relative(place).generic_string();
    if (IsOfTools(relative)) {
      at.disable_recursion_pending();
      continue;
    }
    if (!at->is_regular_file(error)) {
      if (HidesItsKind(error)) return Failed(last, error);
      const auto what = WhatIsNoFile(*at);
      if (on_left_out && !what.empty()) on_left_out(relative, what);
      continue;
    }
    out.push_back(TRY(Describe(fs, at->path(), relative)));
    out.back().leads_outside = at->is_symlink(error) && LeadsOutside(at->path(), place);
  }
  if (error) return Failed(last, error);
  return out;
}

template <typename Hasher>
Status FeedContent(File& file, Hasher& hasher, const OnRead& on_read) {
  Bytes block(1u << 20);
  for (std::uint64_t at = 0;;) {
    const std::size_t got = TRY(file.ReadAt(at, block));
    if (got == 0) return Ok();
    hasher.Update(ByteView(block).first(got));
    at += got;
    if (on_read) TRY(on_read(got));
  }
}

}  // namespace

Result<Occupant> FindOccupant(const std::string& path) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0) {
    if (errno == ENOENT || errno == ENOTDIR) return Occupant();
    return PosixError(path, "stat");
  }
  if (S_ISLNK(status.st_mode)) {
    struct stat target {};
    if (::stat(path.c_str(), &target) == 0 && S_ISREG(target.st_mode)) status = target;
  }
  const auto kind = S_ISREG(status.st_mode)   ? Occupant::Kind::File
                    : S_ISDIR(status.st_mode) ? Occupant::Kind::Folder
                                              : Occupant::Kind::Other;
  return Occupant{kind, static_cast<std::uint64_t>(status.st_size), Nanoseconds(status.st_mtim)};
}

Result<FileStamp> ReadStamp(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return PosixError(path, "stat");
  return FileStamp{static_cast<std::uint64_t>(status.st_size), Nanoseconds(status.st_mtim),
                   Nanoseconds(status.st_ctim)};
}

bool IsOfTools(const std::string& relative) {
  const std::string path = "/" + relative + "/";
  return path.find("/.git/") != path.npos || path.find("/.banyan/") != path.npos ||
         path.find("/.cache/huggingface/") != path.npos;
}

Result<std::vector<LocalFile>> ListLocalFiles(FileSystem& fs, const std::string& place,
                                              const OnLeftOut& on_left_out) {
  std::error_code error;
  const auto status = files::status(place, error);
  if (HidesItsKind(error)) return Failed(place, error);
  if (!files::exists(status)) {
    return Failed(place, std::make_error_code(std::errc::no_such_file_or_directory));
  }
  if (files::is_regular_file(status)) {
    const auto file = TRY(Describe(fs, place, files::path(place).filename().string()));
    return std::vector<LocalFile>{file};
  }
  auto out = TRY(WalkFolder(fs, place, on_left_out));
  std::sort(out.begin(), out.end(),
            [](const LocalFile& a, const LocalFile& b) { return a.relative < b.relative; });
  return out;
}

Result<Sha256> HashContent(File& file, const OnRead& on_read) {
  Sha256Hasher hasher;
  TRY(FeedContent(file, hasher, on_read));
  return hasher.Finish();
}

Result<Sha256> HashFileContent(FileSystem& fs, const std::string& path, const OnRead& on_read) {
  const auto file = TRY(fs.Open(path, OpenMode::Read));
  return HashContent(*file, on_read);
}

Result<GitOid> HashBlobFile(FileSystem& fs, const std::string& path, std::uint64_t size_bytes,
                            const OnRead& on_read) {
  const auto file = TRY(fs.Open(path, OpenMode::Read));
  GitBlobHasher hasher(size_bytes);
  TRY(FeedContent(*file, hasher, on_read));
  return hasher.Finish();
}

Status CopyVerified(FileSystem& fs, const std::string& from, const std::string& to,
                    const Sha256& sha256, const OnRead& on_read) {
  Sha256Hasher hasher;
  TRY(CopyContent(fs, from, to, [&](ByteView piece) {
    hasher.Update(piece);
    return on_read ? on_read(piece.size()) : Ok();
  }));
  if (hasher.Finish() == sha256) return Ok();
  TRY(fs.Remove(to));
  return Error(Errc::Corrupt, from + ": its content changed");
}

}  // namespace banyan::cli
