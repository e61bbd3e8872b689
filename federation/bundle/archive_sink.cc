#include <algorithm>

#include "federation/bundle/bundle_sink.h"
#include "federation/bundle/tar_header.h"

namespace banyan::federation {
namespace {

constexpr std::size_t kBufferBytes = 1u << 20;
constexpr std::uint64_t kEndBytes = 2 * kTarBlockBytes;

class ArchiveSink final : public BundleSink {
 public:
  ArchiveSink(FileSystem& fs, std::string path, std::uint64_t part_bytes)
      : fs_(fs.Below(ParentDirectory(path))), path_(std::move(path)), part_bytes_(part_bytes) {}

  Status Put(const std::string& path, ByteView content, Lasting lasting) override {
    if (lasting == Lasting::Yes) new_bytes_ += content.size();
    return Append(path, content.size(), [&](const Piece& put) { return put(content); });
  }

  Status PutPieces(const std::string& path, std::uint64_t size_bytes,
                   const Producer& produce) override {
    new_bytes_ += size_bytes;
    return Append(path, size_bytes, produce);
  }

  // Until here an older archive of this name is as it was. Parts of a longer one are none of this.
  Status Finish() override {
    if (file_) TRY(EndPart());
    for (auto number = begun_; number > 0; --number) {
      const auto part = ArchivePart(path_, number);
      TRY(fs_->Rename(part + ".part", part));
    }
    for (auto number = begun_ + 1;; ++number) {
      Status removed = fs_->Remove(ArchivePart(path_, number));
      if (removed) continue;
      if (removed.error().code() != Errc::NotFound) return removed;
      return fs_->SyncDirectory(ParentDirectory(path_));
    }
  }

 private:
  Status Append(const std::string& path, std::uint64_t size_bytes, const Producer& produce) {
    const auto needed = kTarBlockBytes + PaddedTarSize(size_bytes);
    if (file_ && at_ + needed + kEndBytes > part_bytes_) TRY(EndPart());
    if (!file_) TRY(BeginPart());
    TRY(Write(RenderTarHeader({path.substr(1), size_bytes})));
    std::uint64_t got = 0;
    TRY(produce([&](ByteView piece) {
      got += piece.size();
      return Write(piece);
    }));
    if (got != size_bytes) return Error(Errc::Corrupt, path + " was not as long as it should be");
    return Write(Bytes(PaddedTarSize(size_bytes) - size_bytes));
  }

  Status BeginPart() {
    ++begun_;
    at_ = 0;
    TRY(fs_->CreateDirectories(ParentDirectory(path_)));
    file_ = TRY(fs_->Open(ArchivePart(path_, begun_) + ".part", OpenMode::Create));
    return file_->Truncate(0);
  }

  Status EndPart() {
    TRY(Write(Bytes(kEndBytes)));
    TRY(Flush());
    TRY(file_->Sync());
    file_.reset();
    ++parts_;
    largest_part_bytes_ = std::max(largest_part_bytes_, at_);
    return Ok();
  }

  Status Write(ByteView bytes) {
    at_ += bytes.size();
    buffer_.insert(buffer_.end(), bytes.begin(), bytes.end());
    return buffer_.size() < kBufferBytes ? Ok() : Flush();
  }

  Status Flush() {
    TRY(file_->WriteAt(at_ - buffer_.size(), buffer_));
    buffer_.clear();
    return Ok();
  }

  const std::shared_ptr<FileSystem> fs_;
  const std::string path_;
  const std::uint64_t part_bytes_;
  std::size_t begun_ = 0;  // parts
  std::unique_ptr<File> file_;
  std::uint64_t at_ = 0;  // in the part, with what is in the buffer
  Bytes buffer_;
};

}  // namespace

std::string ArchivePart(const std::string& path, std::size_t number) {
  if (number == 1) return path;
  return path.substr(0, path.size() - kArchiveEnding.size()) + "." + std::to_string(number) +
         std::string(kArchiveEnding);
}

std::unique_ptr<BundleSink> MakeArchiveSink(FileSystem& fs, std::string path,
                                            std::uint64_t part_bytes) {
  return std::make_unique<ArchiveSink>(fs, std::move(path), part_bytes);
}

}  // namespace banyan::federation
