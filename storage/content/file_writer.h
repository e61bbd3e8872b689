#pragma once
// The content store's FileWriter. Internal to storage; see content_store.h for the contract.
//
//   Wrote ──SHA-256──▶ blocks of 1 MiB ──▶ cutter: cut, hash ──▶ storer: deduplicate, encode,
//   append
//
// Files of one block need no threads.

#include <memory>

#include "storage/content/content_core.h"
#include "storage/content/content_store.h"

namespace banyan::storage {

class StoreFileWriter final : public FileWriter {
 public:
  StoreFileWriter(ContentCore& core, ChunkScope scope, std::uint64_t size_hint_bytes);
  ~StoreFileWriter() override;
  std::span<std::uint8_t> Room() override;
  Status Wrote(std::size_t count) override;
  Result<FileContent> Finish() override;
  const Recipe& Placed() override;

 private:
  class Pipeline;

  PinnedRecipe pinned_;
  std::unique_ptr<Pipeline> pipeline_;  // until it is finished
};

}  // namespace banyan::storage
