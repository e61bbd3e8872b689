#include "storage/base/file_system.h"

#include "storage/base/page_bytes.h"

namespace banyan {

Status File::WriteBehind(std::uint64_t offset, PageBytes&& data) {
  return WriteAt(offset, data.bytes());
}

std::shared_ptr<FileSystem> FileSystem::Below(const std::string&) {
  return {std::shared_ptr<FileSystem>(), this};
}

Result<Bytes> ReadFile(FileSystem& fs, const std::string& path, std::uint64_t max_bytes) {
  auto file = TRY(fs.Open(path, OpenMode::Read));
  const std::uint64_t size = TRY(file->SizeBytes());
  if (size > max_bytes) {
    return Error(Errc::TooLarge, path + ": larger than " + std::to_string(max_bytes) + " bytes");
  }
  Bytes content(size);
  const std::size_t got = TRY(file->ReadAt(0, content));
  content.resize(got);
  return content;
}

Status WriteFileDurably(FileSystem& fs, const std::string& path, ByteView content) {
  const std::string temporary = path + ".tmp";
  {
    auto file = TRY(fs.Open(temporary, OpenMode::Create));
    TRY(file->Truncate(0));
    TRY(file->WriteAt(0, content));
    TRY(file->Sync());
  }
  TRY(fs.Rename(temporary, path));
  return fs.SyncDirectory(ParentDirectory(path));
}

std::string ParentDirectory(const std::string& path) {
  const auto slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

}  // namespace banyan
