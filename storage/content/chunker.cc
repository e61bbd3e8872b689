#include "storage/content/chunker.h"

#include <algorithm>

#include "storage/content/gear_table.h"

namespace banyan::storage {
namespace {

// A cut needs the top 16 bits of the hash to be zero.
constexpr std::uint64_t kCutBelow = std::uint64_t{1} << 48;
// Each step shifts the hash by one bit, so only the last 64 bytes count, and hashing may start
// this late without changing the first tested value.
constexpr std::size_t kFirstHashed = kMinChunkBytes - 64 - 1;

std::uint64_t Step(std::uint64_t hash, std::uint8_t byte) { return (hash << 1) + kGearTable[byte]; }

// The number of bytes up to and including the first match; 0 when there is none, and `hash` then
// covers all bytes.
std::size_t FindMatch(std::uint64_t& hash, ByteView data) {
  const std::uint8_t* at = data.data();
  const std::uint8_t* const end = at + data.size();
  std::uint64_t h = hash;
  const auto length = [&] { return static_cast<std::size_t>(at - data.data()); };
  // Two bytes a step: the second value does not wait for the first, which halves the chain of
  // dependent operations.
  const auto two_match = [&] {
    const std::uint64_t first = kGearTable[at[0]];
    const std::uint64_t second = (first << 1) + kGearTable[at[1]];
    const std::uint64_t between = (h << 1) + first;
    h = (h << 2) + second;
    at += 2;
    if (between >= kCutBelow) return h < kCutBelow;
    --at;
    return true;
  };
  while (end - at >= 8) {
    if (two_match() || two_match() || two_match() || two_match()) return length();
  }
  while (at != end) {
    h = Step(h, *at++);
    if (h < kCutBelow) return length();
  }
  hash = h;
  return 0;
}

}  // namespace

ByteView CutScanner::TakeUpTo(std::size_t length, ByteView& data) {
  const std::size_t wanted = length > seen_bytes_ ? length - seen_bytes_ : 0;
  const auto part = data.first(std::min(wanted, data.size()));
  data = data.subspan(part.size());
  seen_bytes_ += part.size();
  return part;
}

std::size_t CutScanner::Scan(ByteView data) {
  const std::size_t size = data.size();
  TakeUpTo(kFirstHashed, data);
  for (const std::uint8_t byte : TakeUpTo(kMinChunkBytes - 1, data)) hash_ = Step(hash_, byte);
  const std::size_t before = size - data.size();
  const auto tested = TakeUpTo(kMaxChunkBytes, data);
  std::size_t length = FindMatch(hash_, tested);
  if (length == 0 && seen_bytes_ == kMaxChunkBytes) length = tested.size();
  if (length == 0) return 0;
  Reset();
  return before + length;
}

std::size_t FindCut(ByteView data) { return CutScanner().Scan(data); }

Chunker::Chunker(Sink sink) : sink_(std::move(sink)) {}

Status Chunker::Feed(ByteView data) {
  while (!data.empty()) {
    const std::size_t length = scanner_.Scan(data);
    const auto part = data.first(length == 0 ? data.size() : length);
    data = data.subspan(part.size());
    if (length != 0 && pending_.empty()) {
      TRY(sink_(part));
      continue;
    }
    pending_.insert(pending_.end(), part.begin(), part.end());
    if (length != 0) {
      TRY(sink_(pending_));
      pending_.clear();
    }
  }
  return Ok();
}

Status Chunker::Finish() {
  if (pending_.empty()) return Ok();
  TRY(sink_(pending_));
  pending_.clear();
  scanner_.Reset();
  return Ok();
}

}  // namespace banyan::storage
