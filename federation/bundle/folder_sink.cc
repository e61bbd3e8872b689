#include "federation/bundle/bundle_sink.h"

namespace banyan::federation {
namespace {

class FolderSink final : public BundleSink {
 public:
  FolderSink(FileSystem& fs, std::string folder)
      : fs_(fs.Below(folder)), folder_(std::move(folder)) {}

  Status Put(const std::string& path, ByteView content, Lasting lasting) override {
    const std::string file = folder_ + path;
    if (lasting == Lasting::Yes && IsThere(file, content.size())) return Ok();
    TRY(fs_->CreateDirectories(ParentDirectory(file)));
    if (lasting == Lasting::Yes) new_bytes_ += content.size();
    return WriteFileDurably(*fs_, file, content);
  }

  Status PutPieces(const std::string& path, std::uint64_t size_bytes,
                   const Producer& produce) override {
    const std::string name = folder_ + path;
    if (IsThere(name, size_bytes)) return Ok();
    TRY(fs_->CreateDirectories(ParentDirectory(name)));
    const std::string part = name + ".part";
    const auto file = TRY(fs_->Open(part, OpenMode::Create));
    TRY(file->Truncate(0));
    std::uint64_t at = 0;
    TRY(produce([&](ByteView piece) -> Status {
      TRY(file->WriteAt(at, piece));
      at += piece.size();
      return Ok();
    }));
    if (at != size_bytes) return Error(Errc::Corrupt, path + " was not as long as it should be");
    TRY(file->Sync());
    new_bytes_ += at;
    TRY(fs_->Rename(part, name));
    return fs_->SyncDirectory(ParentDirectory(name));
  }

  Status Finish() override { return Ok(); }

 private:
  bool IsThere(const std::string& name, std::uint64_t size_bytes) {
    const auto stat = fs_->Stat(name);
    return stat && stat->size_bytes == size_bytes;
  }

  const std::shared_ptr<FileSystem> fs_;
  const std::string folder_;
};

}  // namespace

std::unique_ptr<BundleSink> MakeFolderSink(FileSystem& fs, std::string folder) {
  return std::make_unique<FolderSink>(fs, std::move(folder));
}

}  // namespace banyan::federation
