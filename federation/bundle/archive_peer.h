#pragma once
// A peer that is an archive: the tree of PROTOCOL.md section 7 as plain tar in parts, read in
// place.

#include <map>

#include "federation/transfer/file_peer.h"
#include "storage/base/file_system.h"

namespace banyan::federation {

// Thread safe.
class ArchivePeer final : public FilePeer {
 public:
  // Reads the headers of all parts. NotFound when there is no such file, Invalid when a part is no
  // archive, is cut off, names a file twice or is a symbolic link. Borrows `fs`.
  static Result<std::unique_ptr<ArchivePeer>> Open(FileSystem& fs, const std::string& path);

  std::string Name() const override { return path_; }
  Result<Bytes> Get(const std::string& path, std::size_t max_bytes) override;
  Status Read(const std::string& path, std::uint64_t offset, std::uint64_t size_bytes,
              const Sink& sink) override;

 private:
  struct Place {
    std::size_t part = 0;
    std::uint64_t at = 0;
    std::uint64_t size_bytes = 0;
  };
  explicit ArchivePeer(std::string path) : path_(std::move(path)) {}
  Status ReadPart(File& part, std::size_t number);
  Result<Place> Find(const std::string& path) const;

  const std::string path_;
  std::vector<std::unique_ptr<File>> parts_;
  std::map<std::string, Place> files_;  // by path, "/fed/..."
};

}  // namespace banyan::federation
