#include "node/git/push_body.h"

#include <utility>

namespace banyan::node {
namespace {

constexpr std::size_t kBlockBytes = 256u << 10;

}  // namespace

Result<std::unique_ptr<PushBody>> PushBody::Receive(FileSystem& fs, const std::string& path,
                                                    RequestBody& body,
                                                    const RequireRoom& require_room) {
  auto file = TRY(fs.Open(path, OpenMode::CreateNew));
  TRY(fs.Remove(path));
  auto push = std::make_unique<PushBody>(std::move(file));
  Bytes block(kBlockBytes);
  while (const std::size_t size = TRY(body.Read(block))) {
    TRY(push->Keep(ByteView(block).first(size), require_room));
  }
  return push;
}

Status PushBody::Keep(ByteView bytes, const RequireRoom& require_room) {
  if (refused_) return Ok();
  if (size_bytes_ + bytes.size() > granted_bytes_) {
    const auto room = require_room(size_bytes_);
    if (!room) {
      refused_ = room.error();
      return Ok();
    }
    granted_bytes_ += kStepBytes;
  }
  TRY(file_->WriteAt(size_bytes_, bytes));
  size_bytes_ += bytes.size();
  return Ok();
}

Result<std::size_t> PushBody::Read(std::span<std::uint8_t> out) {
  const std::size_t size = TRY(file_->ReadAt(read_bytes_, out));
  read_bytes_ += size;
  return size;
}

}  // namespace banyan::node
