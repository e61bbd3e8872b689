#include "cli/transfer/local_files.h"

#include <algorithm>
#include <filesystem>

#include "storage/base/copy_file.h"

namespace banyan::cli {
namespace {

namespace files = std::filesystem;

bool LeftOut(const std::string& relative) {
  const auto below = [&](std::string_view folder) {
    return relative == folder || (relative.starts_with(folder) && relative[folder.size()] == '/');
  };
  return below(".git") || below(".banyan") || below(".cache/huggingface");
}

Error Failed(const std::string& place, const std::error_code& error) {
  const bool absent = error == std::errc::no_such_file_or_directory;
  return Error(absent ? Errc::NotFound : Errc::Io, place + ": " + error.message());
}

Result<LocalFile> Describe(FileSystem& fs, const files::path& path, std::string relative) {
  const FileStat stat = TRY(fs.Stat(path.string()));
  std::error_code error;
  const auto permissions = files::status(path, error).permissions();
  return LocalFile{path.string(), std::move(relative), stat.size_bytes, stat.modified_ms,
                   (permissions & files::perms::owner_exec) != files::perms::none};
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

Result<std::vector<LocalFile>> ListLocalFiles(FileSystem& fs, const std::string& place) {
  std::error_code error;
  const auto status = files::status(place, error);
  if (!files::exists(status)) {
    return Failed(place, std::make_error_code(std::errc::no_such_file_or_directory));
  }
  std::vector<LocalFile> out;
  if (files::is_regular_file(status)) {
    out.push_back(TRY(Describe(fs, place, files::path(place).filename().string())));
    return out;
  }
  files::recursive_directory_iterator at(place, error);
  if (error) return Failed(place, error);
  for (; at != files::recursive_directory_iterator(); at.increment(error)) {
    if (error) return Failed(place, error);
    const std::string relative = at->path().lexically_relative(place).generic_string();
    if (LeftOut(relative)) {
      at.disable_recursion_pending();
      continue;
    }
    if (at->is_regular_file(error)) out.push_back(TRY(Describe(fs, at->path(), relative)));
  }
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
                    const Sha256& sha256) {
  Sha256Hasher hasher;
  TRY(CopyContent(fs, from, to, [&](ByteView piece) {
    hasher.Update(piece);
    return Ok();
  }));
  if (hasher.Finish() == sha256) return Ok();
  TRY(fs.Remove(to));
  return Error(Errc::Corrupt, from + ": its content changed");
}

}  // namespace banyan::cli
