// A footer that is taken encodes to the same bytes, and every record that is possible goes into one
// that is taken. Checksums and hashes are made here: nobody would guess them.

#include <algorithm>

#include "storage/content/pack_format.h"

namespace banyan::storage {
namespace {

constexpr std::size_t kChecksumBytes = 16;
constexpr std::size_t kPayloadAt = 16;  // in the trailer

bool IsSame(ByteView one, ByteView other) {
  return std::equal(one.begin(), one.end(), other.begin(), other.end());
}

std::uint64_t SumStored(std::span<const PackEntry> entries) {
  std::uint64_t sum = 0;
  for (const auto& entry : entries) sum += entry.stored_bytes;
  return sum;
}

// Any bytes as the records of a pack.
void TryRecords(ByteView records) {
  const auto entries = ParseRecords(records, kMaxPackRawBytes);
  ENSURE(entries.size() <= kMaxPackChunks);
  const auto stored = SumStored(entries);
  ENSURE(stored <= kMaxPackRawBytes);
  const auto footer = EncodeFooter(entries);
  ENSURE(IsSame(ByteView(footer).first(entries.size() * kChunkRecordBytes),
                records.first(entries.size() * kChunkRecordBytes)));
  const auto parsed = ParseFooter(footer, stored + footer.size());
  ENSURE(parsed && parsed->needed_bytes == 0 && parsed->entries == entries);
  ENSURE(!ParseFooter(footer, stored + footer.size() + 1));
  const auto short_tail = ByteView(footer).last(kPackTrailerBytes);
  const auto asked = ParseFooter(short_tail, stored + footer.size());
  ENSURE(asked && (entries.empty() || asked->needed_bytes == footer.size()));
}

// Any bytes as a footer with the right checksum, of a file of the size that it states.
void TryFooter(ByteView input) {
  if (input.size() < kPackTrailerBytes) return;
  Bytes tail(input.begin(), input.end());
  const auto sum = HashSha256(ByteView(tail).first(tail.size() - kChecksumBytes));
  std::copy_n(sum.data(), kChecksumBytes, tail.end() - kChecksumBytes);
  const auto payload =
      LoadLe<std::uint64_t>(tail.data() + tail.size() - kPackTrailerBytes + kPayloadAt);
  const auto footer = ParseFooter(tail, payload + tail.size());
  if (!footer || footer->needed_bytes > 0) return;
  ENSURE(IsSame(EncodeFooter(footer->entries), tail));
}

void TryInput(ByteView input) {
  TryRecords(input);
  TryFooter(input);
  // What may be wrong in the trailer of records that are right.
  if (input.size() < kPackTrailerBytes) return;
  const auto entries =
      ParseRecords(input.first(input.size() - kPackTrailerBytes), kMaxPackRawBytes);
  Bytes footer = EncodeFooter(entries);
  const auto mask = input.last(kPackTrailerBytes);
  for (std::size_t i = 0; i < kPackTrailerBytes; ++i) {
    footer[footer.size() - kPackTrailerBytes + i] ^= mask[i];
  }
  TryFooter(footer);
}

}  // namespace
}  // namespace banyan::storage

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  banyan::storage::TryInput({data, size});
  return 0;
}
