#include "storage/base/copy_file.h"

namespace banyan {
namespace {

constexpr std::size_t kPieceBytes = 4u << 20;

}  // namespace

Result<std::uint64_t> CopyContent(FileSystem& fs, const std::string& from, const std::string& to,
                                  const OnPiece& on_piece) {
  auto source = TRY(fs.Open(from, OpenMode::Read));
  auto copy = TRY(fs.Open(to, OpenMode::Create));
  TRY(copy->Truncate(0));
  Bytes buffer(kPieceBytes);
  std::uint64_t done = 0;
  for (;;) {
    const std::size_t got = TRY(source->ReadAt(done, buffer));
    if (got == 0) break;
    const auto piece = ByteView(buffer).first(got);
    if (on_piece) TRY(on_piece(piece));
    TRY(copy->WriteAt(done, piece));
    done += got;
  }
  TRY(copy->Sync());
  return done;
}

Result<std::uint64_t> CopyFileDurably(FileSystem& fs, const std::string& from,
                                      const std::string& to, const OnPiece& on_piece) {
  TRY(fs.CreateDirectories(ParentDirectory(to)));
  const std::uint64_t size = TRY(CopyContent(fs, from, to + ".tmp", on_piece));
  TRY(fs.Rename(to + ".tmp", to));
  TRY(fs.SyncDirectory(ParentDirectory(to)));
  return size;
}

}  // namespace banyan
