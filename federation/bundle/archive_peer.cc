#include "federation/bundle/archive_peer.h"

#include <algorithm>

#include "federation/bundle/bundle_sink.h"
#include "federation/bundle/tar_header.h"

namespace banyan::federation {
namespace {

constexpr std::size_t kPieceBytes = 1u << 20;

}  // namespace

Result<std::unique_ptr<ArchivePeer>> ArchivePeer::Open(FileSystem& fs, const std::string& path) {
  std::unique_ptr<ArchivePeer> peer(new ArchivePeer(path));
  const auto folder = fs.Below(ParentDirectory(path));
  for (std::size_t number = 1;; ++number) {
    const auto name = ArchivePart(path, number);
    auto part = folder->Open(name, OpenMode::Read);
    if (!part && part.error().code() == Errc::NotFound && number > 1) return peer;
    peer->parts_.push_back(TRY(std::move(part)));
    TRY(peer->ReadPart(*peer->parts_.back(), number - 1).Context(name));
  }
}

Status ArchivePeer::ReadPart(File& part, std::size_t number) {
  const Error cut_off(Errc::Invalid, "the archive is cut off: copy it again");
  const auto size = TRY(part.SizeBytes());
  Bytes block(kTarBlockBytes);
  for (std::uint64_t at = 0;;) {
    if (TRY(part.ReadAt(at, block)) != block.size()) return cut_off;
    const auto file = TRY(ParseTarHeader(block));
    if (!file) return Ok();
    at += kTarBlockBytes;
    const auto padded = PaddedTarSize(file->size_bytes);
    if (padded > size - at) return cut_off;
    if (!files_.emplace("/" + file->name, Place{number, at, file->size_bytes}).second) {
      return Error(Errc::Invalid, "the archive has " + file->name + " twice");
    }
    at += padded;
  }
}

Result<ArchivePeer::Place> ArchivePeer::Find(const std::string& path) const {
  const auto found = files_.find(path.substr(0, path.find('?')));
  if (found != files_.end()) return found->second;
  return Error(Errc::NotFound, "the archive has no " + path);
}

Result<Bytes> ArchivePeer::Get(const std::string& path, std::size_t max_bytes) {
  const auto place = TRY(Find(path));
  if (place.size_bytes > max_bytes) return Error(Errc::TooLarge, path + " is too large");
  Bytes bytes(place.size_bytes);
  const auto got = TRY(parts_[place.part]->ReadAt(place.at, bytes));
  if (got == bytes.size()) return bytes;
  return Error(Errc::Io, path_ + " became shorter");
}

Status ArchivePeer::Read(const std::string& path, std::uint64_t offset, std::uint64_t size_bytes,
                         const Sink& sink) {
  const auto place = TRY(Find(path));
  offset = std::min(offset, place.size_bytes);
  auto left = std::min(size_bytes, place.size_bytes - offset);
  Bytes piece(kPieceBytes);
  while (left > 0) {
    const auto wanted = std::min<std::uint64_t>(left, piece.size());
    const auto at = place.at + offset;
    const auto got = TRY(parts_[place.part]->ReadAt(at, std::span(piece).first(wanted)));
    if (got == 0) break;
    TRY(sink(ByteView(piece).first(got)));
    offset += got;
    left -= got;
  }
  return Ok();
}

}  // namespace banyan::federation
