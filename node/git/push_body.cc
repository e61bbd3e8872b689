#include "node/git/push_body.h"

#include <algorithm>
#include <utility>

namespace banyan::node {
namespace {

constexpr std::size_t kBlockBytes = 256u << 10;

}  // namespace

Result<std::unique_ptr<PushBody>> PushBody::Receive(FileSystem& fs, const std::string& path,
                                                    RequestBody& body, const FindRoom& find_room) {
  auto file = TRY(fs.Open(path, OpenMode::CreateNew));
  TRY(fs.Remove(path));
  auto push = std::make_unique<PushBody>(std::move(file));
  Bytes block(kBlockBytes);
  while (const std::size_t size = TRY(body.Read(block))) {
    push->Keep(ByteView(block).first(size), find_room);
  }
  return push;
}

void PushBody::Keep(ByteView bytes, const FindRoom& find_room) {
  while (!bytes.empty() && !refused_) {
    if (size_bytes_ == granted_bytes_) {
      const auto room = find_room(size_bytes_);
      if (!room) refused_ = room.error();
      if (!room) return;
      granted_bytes_ += std::min(*room, kStepBytes);
    }
    const auto piece = bytes.first(std::min(bytes.size(), granted_bytes_ - size_bytes_));
    const auto written = file_->WriteAt(size_bytes_, piece);
    if (!written) refused_ = written.error();
    if (!written) return;
    size_bytes_ += piece.size();
    bytes = bytes.subspan(piece.size());
  }
}

Result<std::size_t> PushBody::Read(std::span<std::uint8_t> out) {
  const std::size_t size = TRY(file_->ReadAt(read_bytes_, out));
  read_bytes_ += size;
  return size;
}

}  // namespace banyan::node
