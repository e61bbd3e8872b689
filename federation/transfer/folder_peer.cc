#include "federation/transfer/folder_peer.h"

#include <algorithm>

namespace banyan::federation {
namespace {

constexpr std::size_t kPieceBytes = 1u << 20;

}  // namespace

std::string FolderPeer::FileOf(const std::string& path) const {
  return folder_ + path.substr(0, path.find('?'));
}

Result<Bytes> FolderPeer::Get(const std::string& path, std::size_t max_bytes) {
  return ReadFile(*fs_, FileOf(path), max_bytes);
}

Status FolderPeer::Read(const std::string& path, std::uint64_t offset, std::uint64_t size_bytes,
                        const Sink& sink) {
  const auto file = TRY(fs_->Open(FileOf(path), OpenMode::Read));
  Bytes piece(kPieceBytes);
  while (size_bytes > 0) {
    const auto wanted = std::min<std::uint64_t>(size_bytes, piece.size());
    const auto got = TRY(file->ReadAt(offset, std::span(piece).first(wanted)));
    if (got == 0) break;
    TRY(sink(ByteView(piece).first(got)));
    offset += got;
    size_bytes -= got;
  }
  return Ok();
}

}  // namespace banyan::federation
