#pragma once
// A peer that is a folder: the tree of PROTOCOL.md section 7 as files, on a disk that somebody
// carried here.

#include <memory>

#include "federation/transfer/file_peer.h"
#include "storage/base/file_system.h"

namespace banyan::federation {

// Thread safe. Follows no symbolic link below the folder: Invalid, naming it.
class FolderPeer final : public FilePeer {
 public:
  // `folder` is the parent of "fed". Borrows `fs`.
  FolderPeer(FileSystem& fs, std::string folder)
      : fs_(fs.Below(folder)), folder_(std::move(folder)) {}

  std::string Name() const override { return folder_; }
  Result<Bytes> Get(const std::string& path, std::size_t max_bytes) override;
  Status Read(const std::string& path, std::uint64_t offset, std::uint64_t size_bytes,
              const Sink& sink) override;

 private:
  std::string FileOf(const std::string& path) const;

  const std::shared_ptr<FileSystem> fs_;
  const std::string folder_;
};

}  // namespace banyan::federation
