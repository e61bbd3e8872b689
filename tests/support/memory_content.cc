#include "tests/support/memory_content.h"

#include <algorithm>

#include "storage/base/check.h"

namespace banyan {
namespace {

constexpr std::uint64_t kPageBytes = 4096;

void Overwrite(Bytes& bytes, std::uint64_t offset, ByteView data) {
  if (data.empty()) return;
  if (bytes.size() < offset + data.size()) bytes.resize(offset + data.size());
  std::copy(data.begin(), data.end(), bytes.begin() + static_cast<std::ptrdiff_t>(offset));
}

// Writes back the pages of `data` that `random` picks, in the places a page cache would.
void OverwriteSomePages(Bytes& bytes, std::uint64_t offset, ByteView data, FakeRandom& random) {
  for (std::uint64_t at = 0; at < data.size();) {
    const std::uint64_t to_page_end = kPageBytes - (offset + at) % kPageBytes;
    const auto part = std::min<std::uint64_t>(to_page_end, data.size() - at);
    if (random.OneIn(2)) Overwrite(bytes, offset + at, data.subspan(at, part));
    at += part;
  }
}

}  // namespace

MemoryContent::MemoryContent(Bytes durable)
    : live_(std::make_shared<Bytes>(durable)), durable_(std::move(durable)) {}

std::size_t MemoryContent::ReadAt(std::uint64_t offset, std::span<std::uint8_t> out) const {
  if (offset >= live_->size()) return 0;
  const auto count = std::min<std::uint64_t>(out.size(), live_->size() - offset);
  std::copy_n(live_->begin() + static_cast<std::ptrdiff_t>(offset), count, out.begin());
  return count;
}

void MemoryContent::WriteAt(std::uint64_t offset, ByteView data) {
  MakeLiveUnshared();
  Overwrite(*live_, offset, data);
  unsynced_.push_back({offset, Bytes(data.begin(), data.end()), false});
}

void MemoryContent::Truncate(std::uint64_t size_bytes) {
  for (const auto& mapping : mappings_) {
    const auto mapped = mapping.lock();
    ENSURE(mapped == nullptr || mapped->size() <= size_bytes);
  }
  MakeLiveUnshared();
  live_->resize(size_bytes);
  unsynced_.push_back({size_bytes, {}, true});
}

void MemoryContent::Sync() {
  for (const auto& change : unsynced_) {
    if (change.truncation) durable_.resize(change.offset);
    Overwrite(durable_, change.offset, change.data);
  }
  unsynced_.clear();
}

std::shared_ptr<const Bytes> MemoryContent::Map() {
  std::erase_if(mappings_, [](const auto& mapping) { return mapping.expired(); });
  // An owner of its own per mapping, so that the end of the mapping can be seen.
  const auto owner = std::make_shared<std::shared_ptr<Bytes>>(live_);
  const std::shared_ptr<const Bytes> mapping(owner, owner->get());
  mappings_.push_back(mapping);
  return mapping;
}

Bytes MemoryContent::AfterCrash(FakeRandom* random) const {
  Bytes result = durable_;
  if (random == nullptr) return result;
  for (const auto& change : unsynced_) {
    const auto fate = random->Below(4);
    if (fate == 0) continue;
    if (change.truncation) {
      result.resize(change.offset);
    } else if (fate == 1) {
      const auto torn = random->Below(change.data.size() + 1);
      Overwrite(result, change.offset, ByteView(change.data).first(torn));
    } else if (fate == 2) {
      OverwriteSomePages(result, change.offset, change.data, *random);
    } else {
      Overwrite(result, change.offset, change.data);
    }
  }
  return result;
}

void MemoryContent::MakeLiveUnshared() {
  if (live_.use_count() > 1) live_ = std::make_shared<Bytes>(*live_);
}

}  // namespace banyan
