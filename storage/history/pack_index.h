#pragma once
// Which objects are in a pack, by its index (gitformat-pack, version 2) as PackWriter wrote it.

#include <memory>
#include <string>

#include "storage/base/digest.h"
#include "storage/base/file_system.h"

namespace banyan::storage {

// Safe for concurrent use. The file may be removed meanwhile.
class PackIndex {
 public:
  // Corrupt when it is no index of version 2.
  static Result<PackIndex> Open(FileSystem& fs, const std::string& path);

  bool Has(const GitOid& oid) const;
  std::size_t object_count() const { return count_; }

 private:
  PackIndex(std::unique_ptr<Mapping> mapping, std::size_t count)
      : mapping_(std::move(mapping)), count_(count) {}

  std::unique_ptr<Mapping> mapping_;
  std::size_t count_;
};

}  // namespace banyan::storage
