#pragma once
// The content store's FileReader. Internal to storage; see content_store.h for the contract.

#include "storage/content/content_core.h"
#include "storage/content/content_store.h"
#include "storage/content/slice_gatherer.h"

namespace banyan::storage {

class StoreFileReader final : public FileReader {
 public:
  StoreFileReader(ContentCore& core, const FileContent& file);
  std::uint64_t SizeBytes() const override { return size_bytes_; }
  Result<std::size_t> ReadAt(std::uint64_t offset, std::span<std::uint8_t> out) override;
  Status Stream(std::uint64_t offset, std::uint64_t size_bytes, bool allow_mapped,
                const Sink& sink) override;

 private:
  Result<std::size_t> TermAt(std::uint64_t offset) const;
  Status StreamTerm(const Term& term, ByteWindow& range, bool allow_mapped, SliceGatherer& out);

  ContentCore& core_;
  std::uint64_t size_bytes_;
  Recipe recipe_;
  std::vector<std::uint64_t> term_starts_;
};

}  // namespace banyan::storage
